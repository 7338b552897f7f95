import type { Analysis } from './formats.js';
import { draftOf, type MonitorDraft, type MonitorTarget } from './monitor-draft.js';
import { isMatched, nameMatcher } from './names.js';
import type { ImportReport } from './report.js';

/** SageMaker's own limit. */
const NDCG_LIMIT = 0.9;

/** importExplainability: global SHAP values of analysis.json → an attribution monitor with these weights. Null when there are none. */
export function importExplainability(
  { explanations }: Analysis,
  { target, known, report }: { target: MonitorTarget; known: readonly string[]; report: ImportReport },
): MonitorDraft | null {
  const labels = Object.entries(explanations?.kernel_shap ?? {});
  const [first, ...others] = labels;
  if (first === undefined) return null;
  for (const [label] of others)
    report.notCarried.push({
      what: `explanations of ${label}`,
      why: `events carry the attributions of one output; those of ${first[0]} were taken`,
    });
  const [label, { global_shap_values: values, expected_value: expected }] = first;
  const match = nameMatcher(known);
  const weights: Record<string, number> = {};
  for (const [column, weight] of Object.entries(values)) {
    const matched = match(column);
    const refuse = (why: string) => report.notCarried.push({ what: `weight of ${column}`, why });
    if (!isMatched(matched)) refuse(matched.why);
    else if (weight == null) refuse('it has no value');
    else weights[matched.name] = Math.abs(weight);
  }
  if (Object.keys(weights).length === 0) return null;
  if (expected !== undefined)
    report.notCarried.push({
      what: `expected_value of ${label}`,
      why: 'only the attributions of features are compared',
    });
  report.carried.push(
    `monitor attribution: ndcg below ${NDCG_LIMIT}, weights of ${Object.keys(weights).length} features (${label})`,
  );
  return draftOf(target, 'attribution', {
    thresholds: { ndcg: NDCG_LIMIT },
    attribution: { aggregate: 'mean_abs', weights },
  });
}
