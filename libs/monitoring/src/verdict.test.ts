import { expect, it } from 'vitest';
import { findingStatuses, isDecided, type Tally, type Verdict } from '#libs/contracts';
import { decidedSentence, tallyOf, verdictOver, verdictSentence } from './verdict.js';

it.each<[Tally, string]>([
  [{}, 'nothing was evaluated'],
  [{ ok: 19 }, 'all 19 decided'],
  [{ ok: 2, breached: 1, not_enough_data: 16 }, '3 of 19 decided: too few rows for 16'],
  [
    { ok: 5, no_limit: 4, inconclusive: 2, waiting: 1, no_data: 3 },
    '5 of 15 decided: 2 inconclusive, no rows for 3, no labels yet for 1, no limit for 4',
  ],
  [
    { no_baseline: 1_000, not_computable: 2, not_comparable: 3, failed: 4 },
    '0 of 1,009 decided: nothing in the baseline for 1,000, 2 not computable, 3 not comparable, 4 failed',
  ],
])('%j: %s', (tally, sentence) => {
  expect(decidedSentence(tally)).toBe(sentence);
});

it.each(findingStatuses)('%s alone looks healthy only when it is ok, and every status is told', (status) => {
  const tally = tallyOf([{ status }]);
  expect(verdictOver([tally]) === 'ok').toBe(status === 'ok');
  expect(decidedSentence(tally)).toMatch(isDecided({ status }) ? /^all 1 decided$/ : /^0 of 1 decided: ./);
});

it.each<[string, Tally[], Verdict]>([
  ['nothing', [], 'not_evaluated'],
  ['a monitor without a window', [{}], 'not_evaluated'],
  ['one breach, whatever else', [{ breached: 1, failed: 5 }, { not_enough_data: 9 }], 'breached'],
  ['all undecided', [{ not_enough_data: 3 }, { waiting: 1 }], 'undecided'],
  ['undecided and without limits', [{ not_enough_data: 3 }, { no_limit: 1 }], 'undecided'],
  ['inconclusive only', [{ inconclusive: 1 }], 'undecided'],
  ['no limits at all', [{ no_limit: 3 }, { no_limit: 1 }], 'no_limit'],
  ['something inconclusive', [{ ok: 9, inconclusive: 1 }, { ok: 1 }], 'inconclusive'],
  [
    'trivial facts beside a monitor that decided nothing',
    [{ ok: 3 }, { not_enough_data: 9 }],
    'partly_decided',
  ],
  ['facts beside a monitor that doubts all it looks at', [{ ok: 4 }, { inconclusive: 2 }], 'inconclusive'],
  ['a monitor that has no window yet', [{ ok: 3 }, {}], 'partly_decided'],
  ['a monitor without limits beside one that holds', [{ ok: 3 }, { no_limit: 2 }], 'ok'],
  ['a segment value without rows beside others', [{ ok: 30, no_data: 2 }], 'ok'],
])('the verdict over %s', (_, parts, verdict) => {
  expect(verdictOver(parts)).toBe(verdict);
});

it('never says that nothing breached without what was decided', () => {
  expect(verdictSentence([{ ok: 3 }, { ok: 1, no_limit: 2 }])).toBe(
    'Nothing breached; 4 of 6 decided: no limit for 2',
  );
});
