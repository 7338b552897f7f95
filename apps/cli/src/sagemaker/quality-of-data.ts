import type { Thresholds } from '#libs/contracts';
import type { Constraints } from './formats.js';
import { effective, isOff, matchLimit } from './settings.js';
import { draftOf, type MonitorDraft, type MonitorTarget } from './monitor-draft.js';
import type { ImportReport } from './report.js';

type ConstraintsFeature = Constraints['features'][number];

/** Watched: a feature of the constraints and the feature that it is here. */
export type Watched = { column: ConstraintsFeature; name: string };

/** A share that is not exact in binary is not to be a limit of 0.09999999999999998. */
const rest = (share: number): number => Number((1 - share).toFixed(12));

function limitsOf({ column }: Watched, constraints: Constraints): Thresholds {
  const settings = effective(constraints, column);
  const domains = column.string_constraints?.domains;
  return {
    ...(column.completeness !== undefined && {
      missing_rate: { kind: 'constant', upper: rest(column.completeness) },
    }),
    invalid_rate: { kind: 'constant', upper: matchLimit(settings.datatype_check_threshold) },
    ...(column.num_constraints?.is_non_negative === true && {
      negative_rate: { kind: 'constant', upper: 0 },
    }),
    ...(domains !== undefined && {
      unseen_rate: { kind: 'constant', upper: matchLimit(settings.domain_content_threshold) },
    }),
  };
}

/** tellShares: what 0.1 and 1.0 were taken for, because files of both readings are about. */
function tellShares({ monitoring_config: config }: Constraints, report: ImportReport): void {
  for (const key of ['datatype_check_threshold', 'domain_content_threshold'] as const) {
    const share = config?.[key];
    const allowed = `${Number((matchLimit(share) * 100).toPrecision(6))} %`;
    report.changed.push({
      what: `monitoring_config.${key}${share === undefined ? '' : ` ${share}`}`,
      why: `taken for: at most ${allowed} of the values may differ${
        share === undefined ? ', the default' : share > 0.5 ? ' (the share that must match)' : ''
      }`,
    });
  }
}

/**
 * qualityOfDataMonitor: completeness, types, allowed values and signs become limits on rates, as facts: like there, no test stands between a
 * limit and its violation. Null when nothing is left to look at.
 */
export function qualityOfDataMonitor(
  watched: readonly Watched[],
  constraints: Constraints,
  { target, whole, report }: { target: MonitorTarget; whole: boolean; report: ImportReport },
): MonitorDraft | null {
  const on = watched.filter(({ column }) => !isOff(effective(constraints, column).evaluate_constraints));
  const off = watched.length - on.length;
  if (on.length === 0) {
    if (watched.length === 0) return null;
    report.changed.push({
      what: 'monitor data quality',
      why: 'evaluate_constraints is Disabled: made, but not enabled',
    });
  }
  const chosen = on.length === 0 ? watched : on;
  const featureThresholds = Object.fromEntries(
    chosen.map((feature) => [feature.name, limitsOf(feature, constraints)]),
  );
  const all = whole && off === 0;
  if (!all)
    report.notCarried.push({
      what: 'extra_column_check',
      why: 'only some features are watched, so a column that is not among them is not new',
    });
  tellShares(constraints, report);
  report.carried.push(
    `monitor data quality: limits for ${chosen.length} features${off === 0 || on.length === 0 ? '' : `, ${off} are off`}`,
  );
  return draftOf(target, 'data_quality', {
    enabled: on.length > 0,
    segments: [],
    features: all ? null : chosen.map(({ name }) => name),
    metrics: [
      'missing_rate',
      'invalid_rate',
      'negative_rate',
      'unseen_rate',
      'missing_column',
      ...(all ? (['extra_column'] as const) : []),
    ],
    featureThresholds,
  });
}
