import { z } from 'zod';
import { StoreError } from './store-error.js';

/** A place in a list, as text that callers hand back: what its order compares, of the entry it comes after. */
type Cursors<Place> = {
  write: (place: Place) => string;
  /** Throws a StoreError that is not retryable, with the code BAD_CURSOR, for anything that `write` did not make. */
  read: (text: string) => Place;
};

/** Offset of a broker, as text: beyond 2^53 a number would not be the same again. */
export const offsetText = z.string().regex(/^\d{1,20}$/);

/** cursors: of the list that the statement `query` answers. */
export const cursors = <Schema extends z.ZodType>(
  schema: Schema,
  query: string,
): Cursors<z.output<Schema>> => ({
  write: (place) => Buffer.from(JSON.stringify(place)).toString('base64url'),
  read: (text) => {
    const place = schema.safeParse(jsonOf(Buffer.from(text, 'base64url').toString()));
    if (place.success) return place.data;
    const message = "'before' is not a cursor of this list: use the cursor of its last entry";
    throw new StoreError(message, { query, retryable: false, code: 'BAD_CURSOR' });
  },
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
