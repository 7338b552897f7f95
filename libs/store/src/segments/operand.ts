import type { Condition } from '#libs/contracts';
import type { Bindings } from './bindings.js';
import { isInvalidText, isNullText, NULL_TEXT, rawValue, type FeatureColumns } from './feature-columns.js';

/** What a condition or dimension looks at, as SQL. */
export type Operand = {
  /** Nullable: NULL where the value is absent or invalid. */
  value: string;
  /** Absent, which an invalid value is not. */
  isNull: string;
} & (
  | { kind: 'number' }
  | {
      kind: 'text';
      /** The text as it is stored, with the markers of absent and invalid. Quicker to group and to look up than `value`. */
      stored: string;
    }
);

export type Field = Pick<Condition, 'feature' | 'tag'>;

/** operand: a tag, or a feature by its place in the row. A feature that the schema does not have is null in every row. */
export function operand(field: Field, columns: FeatureColumns, bindings: Bindings): Operand {
  if (field.tag !== undefined) return tagOperand(bindings.text(field.tag));
  const column = columns.get(field.feature ?? '');
  if (column === undefined)
    return { kind: 'text', value: `CAST(NULL, 'Nullable(String)')`, stored: NULL_TEXT, isNull: 'toUInt8(1)' };
  const raw = rawValue(column);
  return column.kind === 'numeric'
    ? { kind: 'number', value: `if(isFinite(${raw}), ${raw}, NULL)`, isNull: `isNaN(${raw})` }
    : {
        kind: 'text',
        stored: raw,
        value: `if(${isNullText(raw)} OR ${isInvalidText(raw)}, NULL, CAST(${raw}, 'String'))`,
        isNull: `(${isNullText(raw)})`,
      };
}

const tagOperand = (name: string): Operand => ({
  kind: 'text',
  stored: `if(mapContains(tags, ${name}), tags[${name}], ${NULL_TEXT})`,
  value: `if(mapContains(tags, ${name}), tags[${name}], NULL)`,
  isNull: `NOT mapContains(tags, ${name})`,
});

/** The operand as a nullable number; text that is no number is NULL. */
export const asNumber = (from: Operand): string =>
  from.kind === 'number' ? from.value : `toFloat64OrNull(${from.value})`;
