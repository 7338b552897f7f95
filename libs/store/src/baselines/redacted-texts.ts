import { redactSql } from '../privacy/redact-sql.js';
import { textOf } from '../reading/values-sql.js';
import type { Bindings } from '../segments/bindings.js';
import type { BaselineInsert } from './insert-input.js';

export type Redacted = {
  columns: string[];
  feature: (name: string) => string;
  tag: (name: string) => string;
};

/** redactedTexts: texts of features and tags after the privacy rules of the model, each computed once; a column may be both and has then both rules. */
export function redactedTexts(
  input: Pick<BaselineInsert, 'features' | 'privacy'> & { columns: Pick<BaselineInsert['columns'], 'tags'> },
  text: (column: string) => string,
  bindings: Bindings,
): Redacted {
  const { rules, key = Buffer.alloc(0) } = input.privacy ?? {};
  const columns: string[] = [];
  const part = (name: string, sql: string): string => {
    columns.push(`${sql} AS ${name}`);
    return name;
  };
  const features = new Map(
    input.features.flatMap(({ name }, index) => {
      const rule = rules?.features[name];
      if (rule === undefined) return [];
      return [[name, part(`r${index}`, redactSql(textOf(text(name)), rule, { key, bindings }))] as const];
    }),
  );
  const tags = new Map(
    Object.entries(input.columns.tags).map(([tag, column], index) => {
      const rule = rules?.tags[tag];
      if (rule === undefined) return [tag, textOf(text(column))] as const;
      const fitting = `nullIf(${redactSql(textOf(text(column)), rule, { key, bindings })}, '\\x01')`;
      return [tag, part(`g${index}`, fitting)] as const;
    }),
  );
  return {
    columns,
    feature: (name) => features.get(name) ?? text(name),
    tag: (name) => tags.get(name) ?? '',
  };
}
