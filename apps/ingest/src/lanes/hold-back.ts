import type { PredictionEvent } from '#libs/contracts';
import type { QuarantineRow } from '#libs/store';

import type { ProjectView } from '../registry/view.js';

/** BODY_HEADER: says of a quarantined event that its body, key and headers are not those that were sent. */
const BODY_HEADER = 'plumbline-body';
const NO_BYTES = Buffer.alloc(0);

/** Fields of an event, which a message may name; deeper names come from the event itself. */
const FIELDS = ['id', 'model', 'version', 'time', 'features', 'prediction', 'attributions', 'tags'];

const REDACTED = 'the body is shown after the privacy rules of its model, without key and headers';
const WITHHELD =
  'body, key and headers are withheld, because the model has privacy rules, or cannot be read in a project where models have some; ' +
  'correct the producer and send the event again';

const WHY: Readonly<Partial<Record<QuarantineRow['reason'], string>>> = {
  not_json: 'the event is not JSON in UTF-8',
  too_large: 'the event is larger than allowed',
  empty: 'the record has no value',
  unreadable: 'the record batch cannot be read',
  schema: 'the event does not match its schema',
  too_many_features: 'the event has too many features',
};

/** redactedRow: a well-formed event that was refused for another reason. */
export const redactedRow = (row: QuarantineRow, event: PredictionEvent): QuarantineRow => {
  try {
    const raw = Buffer.from(JSON.stringify(event));
    return {
      ...row,
      raw,
      // What is kept is whole, so it can be replayed.
      rawBytes: raw.length,
      message: `${row.message}; ${REDACTED}`,
      key: '',
      headers: { [BODY_HEADER]: 'redacted' },
    };
  } catch {
    return withheldRow(row);
  }
};

/** withheldRow: nothing of the event but why it was refused. Messages quote what they found, so another one takes their place. */
export const withheldRow = (row: QuarantineRow): QuarantineRow => {
  const [first = ''] = row.field.split('.');
  return {
    ...row,
    field: FIELDS.includes(first) ? first : '',
    message: `${WHY[row.reason] ?? 'the event was refused'}; ${WITHHELD}`,
    raw: NO_BYTES,
    key: '',
    headers: { [BODY_HEADER]: 'withheld' },
  };
};

const modelOf = (decoded: unknown): string | undefined => {
  if (typeof decoded !== 'object' || decoded === null || !Object.hasOwn(decoded, 'model')) return undefined;
  const { model } = decoded as { model: unknown };
  return typeof model === 'string' ? model : undefined;
};

/** heldBack: the row of an event that is not well-formed. Where its values lie cannot be known, so where rules exist it is all or nothing. */
export const heldBack = (row: QuarantineRow, view: ProjectView, decoded: unknown): QuarantineRow =>
  view.mayHoldBack(modelOf(decoded)) ? withheldRow(row) : row;
