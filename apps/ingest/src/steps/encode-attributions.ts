import { readNumber } from '#libs/contracts';
import { UNKNOWN_SEPARATOR } from '#libs/store';

import type { Layout } from '../registry/layout.js';

/** EncodedAttributions: by the positions of the schema, empty without explanation; names that the schema does not know. */
export type EncodedAttributions = { attributions: number[]; unknown: string };

const NONE: EncodedAttributions = { attributions: [], unknown: '' };
/** Of an event that explains a thousand unknown features, a few names tell what is wrong. */
const UNKNOWN_NAMES = 20;
const MAX_NAME = 256;

/** encodeAttributions: a number per feature, NaN where there is none and Infinity where the value is no number. */
export const encodeAttributions = (
  given: Record<string, unknown> | undefined,
  { slots }: Layout,
): EncodedAttributions => {
  if (given === undefined) return NONE;
  const attributions = new Array<number>(slots.size).fill(NaN);
  const unknown: string[] = [];
  for (const name of Object.keys(given)) {
    const slot = slots.get(name);
    if (slot !== undefined) attributions[slot.index] = readNumber(given[name]);
    else if (unknown.length < UNKNOWN_NAMES) unknown.push(name.slice(0, MAX_NAME));
  }
  return { attributions, unknown: unknown.join(UNKNOWN_SEPARATOR) };
};
