import { ALL_SEGMENT, sageMakerCheckOf, type Finding, type MonitorKind } from '#libs/contracts';

/** Violation: one entry of constraint_violations.json; which names it has depends on the kind of monitor. */
type Violation = Readonly<Record<string, string>> & { description: string };

/** ViolationReport: the file, and findings that have no check there. */
export type ViolationReport = {
  file: { version?: string; violations: Violation[] };
  left: string[];
};

/** Clarify writes these in upper case, and one of them in two ways. */
const BIAS_NAMES: Readonly<Record<string, string>> = { dcacc: 'DCAcc' };

const round = (value: number | null): string =>
  value === null ? 'none' : String(Number(value.toPrecision(6)));

const percent = (value: number | null): string =>
  value === null ? 'none' : `${Number((value * 100).toPrecision(6))}%`;

/** SageMaker knows the traffic as a whole; a segment value is said in the description, where people look. */
const where = ({ segment, segmentValue }: Finding): string =>
  segment === ALL_SEGMENT ? '' : ` In segment ${segment}=${segmentValue}.`;

const described = (finding: Finding, text: string): string =>
  `${text}${where(finding)}${finding.note === '' ? '' : ` (${finding.note})`}`;

const distance = (finding: Finding): string =>
  `${finding.metric} distance: ${round(finding.value)} exceeds threshold: ${round(finding.threshold)}`;

function dataText(finding: Finding): string {
  const { metric, value, threshold } = finding;
  switch (sageMakerCheckOf(metric)) {
    case 'completeness_check':
      return `Data completeness: ${percent(value === null ? null : 1 - value)} is below the required ${percent(threshold === null ? null : 1 - threshold)}`;
    case 'data_type_check':
      return `Data type match requirement is not met. Expected match: ${percent(threshold === null ? null : 1 - threshold)}. Observed: ${percent(value === null ? null : 1 - value)}`;
    case 'categorical_values_check':
      return `${percent(value)} of the values are outside of the domain, allowed: ${percent(threshold)}`;
    case 'missing_column_check':
      return 'The column of the baseline has no value in this window';
    case 'extra_column_check':
      return 'The column is not in the baseline';
    case 'baseline_drift_check':
    case null:
      return distance(finding);
  }
}

const dataViolation = (finding: Finding): Violation | null => {
  const check = sageMakerCheckOf(finding.metric);
  if (check === null) return null;
  return {
    feature_name: finding.feature,
    constraint_check_type: check,
    description: described(finding, dataText(finding)),
  };
};

const qualityViolation = (finding: Finding): Violation => {
  const { metric, value, threshold } = finding;
  const isBelow = value !== null && threshold !== null && value < threshold;
  return {
    metric_name: metric,
    constraint_check_type: isBelow ? 'LessThanThreshold' : 'GreaterThanThreshold',
    description: described(
      finding,
      `Metric ${metric} with ${round(value)} was ${isBelow ? 'below' : 'above'} the threshold ${round(threshold)}`,
    ),
  };
};

const biasViolation = (finding: Finding): Violation => ({
  facet: finding.facet,
  facet_value: finding.facetValue,
  metric_name: BIAS_NAMES[finding.metric] ?? finding.metric.toUpperCase(),
  constraint_check_type: 'bias_drift_check',
  description: described(
    finding,
    `Value ${round(finding.value)} does not meet the constraint requirement: ${round(finding.threshold)} from the neutral point`,
  ),
});

const attributionViolation = (finding: Finding, label: string): Violation | null =>
  finding.metric === 'ndcg'
    ? {
        label,
        metric_name: 'shap',
        constraint_check_type: 'feature_attribution_drift_check',
        description: described(
          finding,
          `Feature attribution drift: NDCG ${round(finding.value)} is below ${round(finding.threshold)}`,
        ),
      }
    : null;

/** Kinds that SageMaker does not know have no checks either. */
function violationOf(kind: MonitorKind, finding: Finding, label: string): Violation | null {
  if (kind === 'quality') return qualityViolation(finding);
  if (kind === 'bias') return biasViolation(finding);
  return kind === 'attribution' ? attributionViolation(finding, label) : dataViolation(finding);
}

const VERSIONED: readonly MonitorKind[] = ['bias', 'attribution'];

/** violationsOf: the breached findings of one evaluation as constraint_violations.json; a check per feature is told once, by its worst metric first seen. */
export function violationsOf(
  kind: MonitorKind,
  findings: readonly Finding[],
  { label = 'label0' }: { label?: string } = {},
): ViolationReport {
  const violations = new Map<string, Violation>();
  const left: string[] = [];
  for (const finding of findings.filter(({ status }) => status === 'breached')) {
    const violation = violationOf(kind, finding, label);
    const { segment, segmentValue, feature, facet, facetValue, metric } = finding;
    if (violation === null) {
      left.push(`${metric}${feature === '' ? '' : ` of ${feature}`}: SageMaker has no check for it`);
      continue;
    }
    const check = violation['constraint_check_type'] ?? '';
    const sameCheck = feature === '' ? metric : '';
    const key = JSON.stringify([segment, segmentValue, feature, facet, facetValue, check, sameCheck]);
    if (!violations.has(key)) violations.set(key, violation);
  }
  const version = VERSIONED.includes(kind) ? { version: '1.0' } : {};
  return { file: { ...version, violations: [...violations.values()] }, left };
}
