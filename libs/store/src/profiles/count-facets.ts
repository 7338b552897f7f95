import {
  facetSets,
  FAVOURABLE,
  OUTCOMES,
  slotsOf,
  UNFAVOURABLE,
  type BiasPlan,
  type FacetSet,
} from '#libs/contracts';
import type { Statement } from '../client/database.js';
import { Bindings, numberLiteral } from '../segments/bindings.js';
import { groupSql, levelSql } from '../segments/facet-column.js';
import { featureColumns } from '../segments/feature-columns.js';
import {
  insertInto,
  KEY_COLUMNS,
  keyValues,
  labelledRows,
  settings,
  TIMEOUT_MS,
  type Pass,
} from './counting.js';
import { grouping } from './grouping.js';
import type { ProfilePlan } from './plan.js';

type FacetedPlan = ProfilePlan & { bias: BiasPlan };

/** countsFacets: whether there is anything to count by. */
export const countsFacets = (plan: ProfilePlan): plan is FacetedPlan =>
  plan.bias !== undefined && plan.bias !== null;

/** facetSlots: counts of all sets together in one segment value and bucket. */
export const facetSlots = ({ bias }: FacetedPlan): number =>
  facetSets(bias).reduce((sum, set) => sum + slotsOf(set, bias.groups.length), 0);

const outcomeOf = (text: string, favourable: string): string =>
  `multiIf(${text} = '', 0, has(${favourable}, ${text}), ${FAVOURABLE}, ${UNFAVOURABLE})`;

/** A prediction without a label is read from its score, which speaks for the positive label. */
export function predictedOutcome({ scoreThreshold, scoreFavours }: BiasPlan, favourable: string): string {
  const [high, low] = scoreFavours ? [FAVOURABLE, UNFAVOURABLE] : [UNFAVOURABLE, FAVOURABLE];
  const fromScore = `multiIf(isFinite(score) = 0, 0, score >= ${numberLiteral(scoreThreshold)}, ${high}, ${low})`;
  return `if(predicted = '', ${fromScore}, ${outcomeOf('predicted', favourable)})`;
}

/** Place of a row in the cell of a set: combination of levels, then group, then truth, then prediction. */
function slotSql({ facets, levels }: FacetSet, { bias }: FacetedPlan): string {
  const combination = facets.reduce((sql, facet, index) => {
    const level = `l${bias.facets.indexOf(facet)}`;
    return sql === '' ? level : `(${sql}) * ${(levels[index]?.length ?? 0) + 1} + ${level}`;
  }, '');
  const grouped = `(${combination}) * ${bias.groups.length + 1} + gv`;
  return `toUInt32(((${grouped}) * ${OUTCOMES} + truth_outcome) * ${OUTCOMES} + predicted_outcome)`;
}

/** countFacets: the statement that counts label × predicted by facets and their intersections, for every group of rows at once. */
export function countFacets(plan: FacetedPlan, pass: Pass): Statement {
  const bindings = new Bindings();
  const groups = grouping(plan, pass.part, bindings);
  const columns = featureColumns(plan.features);
  const favourable = bindings.texts(plan.bias.favourable);
  const sets = facetSets(plan.bias);
  const levels = plan.bias.facets.map(
    (facet, index) => `${levelSql(facet, columns, bindings)} AS l${index}, `,
  );
  const perRow =
    `SELECT bucket, ${groups.keys}${levels.join('')}${groupSql(plan.bias, columns, bindings)} AS gv, ` +
    `CAST(truth_label, 'String') AS truth_text, CAST(label, 'String') AS predicted, ` +
    `${outcomeOf('truth_text', favourable)} AS truth_outcome, ` +
    `${predictedOutcome(plan.bias, favourable)} AS predicted_outcome FROM (${labelledRows(plan, pass, bindings)})`;
  const slots = `SELECT *, ${sets.map((set, index) => `${slotSql(set, plan)} AS slot${index}`).join(', ')} FROM (${perRow})`;
  const counted =
    `SELECT bucket${groups.columns}, count() AS cell_rows, countIf(truth_outcome > 0) AS cell_labelled, ` +
    `sum(cityHash64(${sets.map((_, index) => `slot${index}`).join(', ')})) AS cell_checksum, ` +
    `${sets.map((set, index) => `countResample(0, ${slotsOf(set, plan.bias.groups.length)}, 1)(slot${index}) AS n${index}`).join(', ')} ` +
    `FROM (${slots}) GROUP BY ${groups.sets()}`;
  const cells = sets.map(({ name }, index) => `(${bindings.text(name)}, n${index})`).join(', ');
  const named =
    `SELECT bucket, ${groups.segment} AS segment_name, ${groups.segmentValue} AS segment_value_name, ` +
    `cell_rows, cell_labelled, cell_checksum, [${cells}] AS cells FROM (${counted}) WHERE ${groups.isValue}`;
  return {
    name: 'profile-facets',
    sql:
      `${insertInto([...KEY_COLUMNS, 'rows', 'labelled', 'checksum', 'kind', 'min', 'max', 'feature', 'counts'])} ` +
      `SELECT ${keyValues(plan, pass, bindings)}, cell_rows, cell_labelled, cell_checksum, 'facet', inf, -inf, ` +
      `cell.1, cell.2 FROM (${named}) ARRAY JOIN cells AS cell`,
    params: bindings.params,
    settings,
    timeoutMs: TIMEOUT_MS,
  };
}
