import type { Finding } from '#libs/contracts';
import {
  describeFeature,
  formatCount as count,
  formatNumber as number,
  formatPercent as percent,
} from '#libs/monitoring';

const orDash = (format: (value: number) => string) => (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : format(value);

/** As in messages, with a dash where there is no number. */
export const formatNumber = orDash(number);
export const formatCount = orDash(count);
export const formatPercent = orDash(percent);

/** featureName: findings without a feature are about the predictions as a whole. */
export const featureName = (feature: string): string =>
  feature === '' ? 'all predictions' : describeFeature(feature);

/** aboutName: what a finding is about: its group of a facet, else its feature. */
export const aboutName = ({
  facet,
  facetValue,
  feature,
}: Pick<Finding, 'facet' | 'facetValue' | 'feature'>): string =>
  facet === '' ? featureName(feature) : `${facet}: ${facetValue}`;

/** p-values below 0.001 are all the same to a reader. */
export const formatP = orDash((p) => (p < 0.001 ? '< 0.001' : number(p)));

const formatter = (timeZone: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, ...options });

/** e.g. `10 May 2026, 14:00` in the model's time zone. */
export const formatTime = (ms: number, timeZone: string): string =>
  formatter(timeZone, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);

const formatDay = (ms: number, timeZone: string): string =>
  formatter(timeZone, { dateStyle: 'medium' }).format(ms);

const DAY_MS = 86_400_000;

/** A whole day by its date, anything else by its two ends. */
export function formatWindow(window: { startMs: number; endMs: number }, timeZone: string): string {
  const length = window.endMs - window.startMs;
  const wholeDay = length >= DAY_MS - 3_600_000 && length <= DAY_MS + 3_600_000;
  return wholeDay
    ? formatDay(window.startMs, timeZone)
    : `${formatTime(window.startMs, timeZone)} – ${formatTime(window.endMs, timeZone)}`;
}
