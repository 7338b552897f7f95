import type { Finding } from '#libs/contracts';
import { describeFeature, describeSegment } from '../alerts/words.js';
import { formatPercent } from '../format.js';
import type { Part } from './contribution.js';
import type { Origin } from './origin.js';

const whole = (share: number): string => formatPercent(Number(share.toPrecision(2)));

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

const MOST_NAMED = 3;

const nameOf = (segment: string, { value }: Part): string =>
  describeSegment({ segment, segmentValue: value }).replace(' = ', '=');

const rowsOf = (carriers: readonly Part[]): number => carriers.reduce((sum, { now }) => sum + now, 0);

/** Parts that go the other way leave more than all of it to the others. */
const carried = (share: number): string =>
  share >= 0.995 ? 'all of the change' : `${whole(share)} of the change`;

/** originSentence: where a change comes from, in a clause that follows the value. */
export function originSentence(
  { kind, segment, carriers, share }: Origin,
  { feature }: Pick<Finding, 'feature'>,
): string {
  const names = carriers.slice(0, MOST_NAMED).map((part) => nameOf(segment, part));
  const more = carriers.length > MOST_NAMED ? ` and ${carriers.length - MOST_NAMED} more` : '';
  switch (kind) {
    case 'values':
      return `${carried(share)} comes from ${listed(names)} (${whole(rowsOf(carriers))} of the rows)`;
    case 'mix': {
      const moves = carriers.map(({ value, before, now }) => `${value} ${whole(before)} → ${whole(now)}`);
      const what = feature === '' ? 'the value' : describeFeature(feature);
      return `the mix of ${segment} changed (${moves.join(', ')}); within its values ${what} did not change`;
    }
    case 'alike':
      return `in all ${carriers.length} values of ${segment} alike`;
    case 'only':
      return `only ${more === '' ? listed(names) : names.join(', ') + more} (${whole(rowsOf(carriers))} of the rows), not all rows together`;
  }
}
