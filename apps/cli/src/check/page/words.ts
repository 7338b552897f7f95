import type { MetricName } from '#libs/contracts';
import { describeSegment, formatCount, formatNumber, formatPercent, isShare } from '#libs/monitoring';
import { subjectOf } from '../sentences.js';
import type { Group } from './groups.js';

/** Lines of a list, at most. */
export const MAX_LISTED = 400;
const number = (value: number | null): string => (value === null ? '–' : formatNumber(value));
/** Shares are read as percentages, all else as it is. */
export const shown = (metric: MetricName, value: number | null): string =>
  value !== null && isShare(metric) ? formatPercent(value) : number(value);
const LEAST_Q = 1e-4;
export const qOf = (q: number | null): string => (q !== null && q < LEAST_Q ? '< 0.0001' : number(q));
export const plural = (count: number, what: string): string =>
  `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
export const segmentOf = (group: Pick<Group, 'segment' | 'segmentValue'>): string =>
  group.segment === 'all' ? 'all rows' : describeSegment(group);
export const nameOf = (group: Pick<Group, 'worst'>): string => subjectOf(group.worst.finding);
