const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

const orDash = (format: (value: number) => string) => (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : format(value);

/** Three significant digits; a dash where there is no number. */
export const formatNumber = orDash((value) => number.format(value));
export const formatCount = orDash((value) => count.format(value));
export const formatPercent = orDash((value) => percent.format(value));

/** p-values below 0.001 are all the same to a reader. */
export const formatP = orDash((p) => (p < 0.001 ? '< 0.001' : number.format(p)));

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

const METRIC_LABELS: Record<string, string> = {
  psi: 'PSI',
  kolmogorov_smirnov: 'Kolmogorov–Smirnov',
  wasserstein_normalised: 'Wasserstein (in baseline std)',
  jensen_shannon: 'Jensen–Shannon distance',
  chi2: 'χ² / df',
  missing_rate: 'Missing',
  invalid_rate: 'Invalid',
  unseen_rate: 'Unseen categories',
  missing_column: 'Missing column',
  accuracy: 'Accuracy',
  label_coverage: 'Label coverage',
};

export const metricLabel = (metric: string): string => METRIC_LABELS[metric] ?? metric;

const FEATURE_LABELS: Record<string, string> = {
  'prediction.score': 'predicted score',
  'prediction.label': 'predicted label',
  'prediction.value': 'predicted value',
  '': 'all predictions',
};

export const featureLabel = (feature: string): string => FEATURE_LABELS[feature] ?? feature;

export const segmentLabel = (segment: string, value: string): string =>
  segment === 'all' ? 'all traffic' : value === 'in' ? segment : `${segment} = ${value}`;
