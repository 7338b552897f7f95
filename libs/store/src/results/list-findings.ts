import { z } from 'zod';
import type { Evaluation, FindingStatus, MonitorKind } from '#libs/contracts';
import { cursors, type Database } from '../client/index.js';
import { findingRow, SELECT_FINDING, type StoredFinding } from './finding-rows.js';
import { FILTERED, filterParams, LAST_SECOND, seconds, type EvaluationFilter } from './evaluation-filter.js';

export type FindingFilter = EvaluationFilter & {
  segment?: string;
  segmentValue?: string;
  feature?: string;
  metric?: string;
  facet?: string;
  facetValue?: string;
  /** Of monitors of this kind. */
  kind?: MonitorKind;
  exceptKinds?: MonitorKind[];
  status?: FindingStatus;
  /** Cursor of the last one of the page before. */
  before?: string;
};
/** `cursor` continues the list after it. */
export type ListedFinding = StoredFinding & { cursor: string };

const FINDINGS = `
SELECT ${SELECT_FINDING}
FROM findings FINAL
WHERE project = {project: String}
  AND (model, version, monitor, window_start, window_end, inputs) IN (
    SELECT model, version, monitor, window_start, window_end, argMax(inputs, revision)
    ${FILTERED}
    GROUP BY model, version, monitor, window_start, window_end
  )
  AND ({segment: String} = '' OR segment = {segment: String})
  AND ({segmentValue: String} = '' OR segment_value = {segmentValue: String})
  AND ({feature: String} = '' OR feature = {feature: String})
  AND ({metric: String} = '' OR metric = {metric: String})
  AND ({facet: String} = '' OR facet = {facet: String})
  AND ({facetValue: String} = '' OR facet_value = {facetValue: String})
  AND ({kind: String} = '' OR monitor_kind = {kind: String})
  AND NOT has({exceptKinds: Array(String)}, monitor_kind)
  AND ({status: String} = '' OR status = {status: String})
  AND (window_end < toDateTime({endBefore: UInt32}) OR (window_end = toDateTime({endBefore: UInt32})
    AND (model, version, monitor, toUnixTimestamp(window_start), segment, segment_value, feature, metric, facet, facet_value)
      > ({afterModel: String}, {afterVersion: String}, {afterMonitor: String}, {afterStart: UInt32}, {afterSegment: String},
         {afterSegmentValue: String}, {afterFeature: String}, {afterMetric: String}, {afterFacet: String}, {afterFacetValue: String})))
ORDER BY window_end DESC, model, version, monitor, window_start, segment, segment_value, feature, metric, facet, facet_value
LIMIT {limit: UInt32}`;

const second = z.number().int().min(0).max(LAST_SECOND);
const text = z.string();
/** In the order of the list: end of the window, then what is equal in it. */
const places = cursors(
  z.tuple([second, text, text, text, second, text, text, text, text, text, text]),
  'list-findings',
);

const placeOf = (finding: StoredFinding): Parameters<typeof places.write>[0] => {
  const { window, model, version, monitor, segment, segmentValue, feature, metric, facet, facetValue } =
    finding;
  const [end, start] = [seconds(window.endMs), seconds(window.startMs)];
  return [end, model, version, monitor, start, segment, segmentValue, feature, metric, facet, facetValue];
};

/** No window ends as late, so all come after it. */
const FIRST: ReturnType<typeof places.read> = [LAST_SECOND, '', '', '', 0, '', '', '', '', '', ''];

function afterParams(before: string | undefined) {
  const [endBefore, afterModel, afterVersion, afterMonitor, afterStart, ...names] =
    before === undefined ? FIRST : places.read(before);
  const [afterSegment, afterSegmentValue, afterFeature, afterMetric, afterFacet, afterFacetValue] = names;
  return {
    ...{ endBefore, afterModel, afterVersion, afterMonitor, afterStart, afterSegment, afterSegmentValue },
    ...{ afterFeature, afterMetric, afterFacet, afterFacetValue },
  };
}

/** listFindings: of newest revisions only, latest window first. Throws a StoreError BAD_CURSOR when `before` is no cursor of this list. */
export async function listFindings(
  database: Database,
  project: string,
  filter: FindingFilter,
): Promise<ListedFinding[]> {
  const found = await database.query({
    name: 'list-findings',
    sql: FINDINGS,
    params: {
      project,
      ...filterParams(filter),
      segment: filter.segment ?? '',
      segmentValue: filter.segmentValue ?? '',
      feature: filter.feature ?? '',
      metric: filter.metric ?? '',
      facet: filter.facet ?? '',
      facetValue: filter.facetValue ?? '',
      kind: filter.kind ?? '',
      exceptKinds: filter.exceptKinds ?? [],
      status: filter.status ?? '',
      ...afterParams(filter.before),
    },
    row: findingRow,
  });
  return found.map((finding) => ({ ...finding, cursor: places.write(placeOf(finding)) }));
}

/** EvaluationName: what identifies one revision of an evaluation. */
export type EvaluationName = Pick<
  Evaluation,
  'project' | 'model' | 'version' | 'monitor' | 'window' | 'inputs'
>;

const OF_EVALUATION = `
SELECT ${SELECT_FINDING}
FROM findings FINAL
WHERE project = {project: String} AND model = {model: String} AND version = {version: String} AND monitor = {monitor: String}
  AND window_start = toDateTime({start: UInt32}) AND window_end = toDateTime({end: UInt32}) AND inputs = {inputs: String}`;

/** findingsOf: of one revision of one window. */
export const findingsOf = (
  database: Database,
  { window, project, model, version, monitor, inputs }: EvaluationName,
): Promise<StoredFinding[]> =>
  database.query({
    name: 'findings-of-evaluation',
    sql: OF_EVALUATION,
    params: {
      ...{ project, model, version, monitor, inputs },
      start: seconds(window.startMs),
      end: seconds(window.endMs),
    },
    row: findingRow,
  });
