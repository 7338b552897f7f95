import { expect, it } from 'vitest';
import { lostEnd } from './lost-ends.js';

const standing = { topic: 't', incarnation: 'i', partition: 0, next_offset: 10n, end_offset: 20n };

it.each([
  { name: 'nobody has reported', highest: 9n, at: undefined, expected: undefined },
  { name: 'all that was read is stored', highest: 9n, at: { is_current: true }, expected: undefined },
  { name: 'a report older than the ledger', highest: 15n, at: { is_current: true }, expected: undefined },
  {
    name: 'consumers went on past what is stored',
    highest: 4n,
    at: { is_current: true },
    expected: [5n, 9n],
  },
  {
    name: 'the topic was deleted before its end was read',
    highest: 9n,
    at: { is_current: false },
    expected: [10n, 19n],
  },
  {
    name: 'the topic was read to its end, then deleted',
    highest: 19n,
    at: { is_current: false },
    expected: undefined,
  },
])('$name', ({ highest, at, expected }) => {
  expect(lostEnd(highest, at && { ...standing, ...at })).toEqual(expected);
});
