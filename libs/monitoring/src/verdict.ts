import { findingStatuses, isDecided, type FindingStatus, type Tally, type Verdict } from '#libs/contracts';
import { formatCount } from './format.js';

/** tallyOf: findings by status. */
export function tallyOf(findings: Iterable<{ readonly status: FindingStatus }>): Tally {
  const tally: Partial<Record<FindingStatus, number>> = {};
  for (const { status } of findings) tally[status] = (tally[status] ?? 0) + 1;
  return tally;
}

const count = (tally: Tally, isMeant: (status: FindingStatus) => boolean): number =>
  findingStatuses.filter(isMeant).reduce((sum, status) => sum + (tally[status] ?? 0), 0);

/** decidedIn: findings that say healthy or not. */
export const decidedIn = (tally: Tally): number => count(tally, (status) => isDecided({ status }));

/** findingsIn: all findings of a tally. */
export const findingsIn = (tally: Tally): number => count(tally, () => true);

const isUndecided = (status: FindingStatus): boolean => !isDecided({ status }) && status !== 'no_limit';

/** REASONS: why findings decide nothing, each with their number; the order is that of a summary. */
const REASONS: Readonly<Record<Exclude<FindingStatus, 'ok' | 'breached'>, (n: string) => string>> = {
  inconclusive: (n) => `${n} inconclusive`,
  not_enough_data: (n) => `too few rows for ${n}`,
  no_data: (n) => `no rows for ${n}`,
  no_baseline: (n) => `nothing in the baseline for ${n}`,
  waiting: (n) => `no labels yet for ${n}`,
  not_computable: (n) => `${n} not computable`,
  not_comparable: (n) => `${n} not comparable`,
  failed: (n) => `${n} failed`,
  no_limit: (n) => `no limit for ${n}`,
};

/**
 * decidedSentence: how much of what was looked at is decided, and why the rest is not.
 * @example
 * decidedSentence({ ok: 3, not_enough_data: 16 }); // '3 of 19 decided: too few rows for 16'
 */
export function decidedSentence(tally: Tally): string {
  const all = findingsIn(tally);
  if (all === 0) return 'nothing was evaluated';
  const reasons = Object.entries(REASONS).flatMap(([status, words]) => {
    const n = tally[status as keyof typeof REASONS] ?? 0;
    return n === 0 ? [] : [words(formatCount(n))];
  });
  const decided = decidedIn(tally);
  const share =
    decided === all ? `all ${formatCount(all)}` : `${formatCount(decided)} of ${formatCount(all)}`;
  return `${share} decided${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}`;
}

/** VERDICT_WORDS: verdicts for people. `ok` is never said alone: what was decided stands beside it. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  breached: 'Breached',
  undecided: 'Nothing decided',
  inconclusive: 'Inconclusive',
  partly_decided: 'Partly decided',
  no_limit: 'No limit',
  not_evaluated: 'Not evaluated',
  ok: 'Nothing breached',
};

function verdictOf(tally: Tally): Verdict {
  if (findingsIn(tally) === 0) return 'not_evaluated';
  if ((tally.breached ?? 0) > 0) return 'breached';
  if (decidedIn(tally) === 0) return count(tally, isUndecided) === 0 ? 'no_limit' : 'undecided';
  return (tally.inconclusive ?? 0) > 0 ? 'inconclusive' : 'ok';
}

/**
 * verdictOver: the verdict over parts that each have something to say, such as monitors: it is `ok` only when every part
 * is. A part without a limit judges nothing and stands in nobody's way; where no part decides anything, nothing is decided.
 */
export function verdictOver(parts: readonly Tally[]): Verdict {
  const own = new Set(parts.map(verdictOf));
  if (own.has('breached')) return 'breached';
  const isDecisive = own.has('ok') || own.has('inconclusive');
  if (own.size === 0 || (own.size === 1 && own.has('not_evaluated'))) return 'not_evaluated';
  if (!isDecisive) return own.size === 1 && own.has('no_limit') ? 'no_limit' : 'undecided';
  if (parts.some((part) => (part.inconclusive ?? 0) > 0)) return 'inconclusive';
  return own.has('undecided') || own.has('not_evaluated') ? 'partly_decided' : 'ok';
}

/** mergeTallies: the findings of several parts as one. */
export const mergeTallies = (parts: readonly Tally[]): Tally =>
  Object.fromEntries(
    findingStatuses
      .map((status) => [status, parts.reduce((sum, part) => sum + (part[status] ?? 0), 0)] as const)
      .filter(([, n]) => n > 0),
  );

/** verdictSentence: a verdict, and always with it what was decided and what was not. */
export const verdictSentence = (parts: readonly Tally[]): string =>
  `${VERDICT_WORDS[verdictOver(parts)]}; ${decidedSentence(mergeTallies(parts))}`;
