import type { FindingStatus, Verdict } from '#libs/contracts';

/** VERDICT_TONES: the colour of a verdict; only `ok` has that of health. */
export const VERDICT_TONES: Readonly<Record<Verdict, string>> = {
  breached: 'bad',
  undecided: 'doubt',
  inconclusive: 'doubt',
  partly_decided: 'doubt',
  no_limit: 'open',
  not_evaluated: 'open',
  ok: 'good',
};

/** toneOf: the colour of a finding's value in a table; a value that holds its limit is written as all text is. */
export const toneOf = (status: FindingStatus): string => {
  if (status === 'breached') return 'bad';
  if (status === 'ok') return '';
  return status === 'no_limit' ? 'open' : 'doubt';
};

/** statusWords: a status for people. */
export const statusWords = (status: FindingStatus): string => status.replaceAll('_', ' ');
