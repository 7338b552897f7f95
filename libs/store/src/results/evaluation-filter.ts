/** Which evaluations are meant; what is left out means any. */
export type EvaluationFilter = {
  model?: string;
  version?: string;
  monitor?: string;
  /** Windows that overlap [fromMs, toMs). */
  fromMs?: number;
  toMs?: number;
  limit: number;
};

/** SQL of the evaluations that a filter means, of all their revisions. '' and 0 mean "any"; no name, time or text that is looked for is empty. */
export const FILTERED = `
  FROM evaluations FINAL
  WHERE project = {project: String}
    AND ({model: String} = '' OR model = {model: String})
    AND ({version: String} = '' OR version = {version: String})
    AND ({monitor: String} = '' OR monitor = {monitor: String})
    AND window_end > toDateTime({from: UInt32}) AND ({to: UInt32} = 0 OR window_start < toDateTime({to: UInt32}))`;

/** The last time that a DateTime holds. */
export const LAST_SECOND = 4_294_967_295;
export const seconds = (ms: number): number => Math.min(LAST_SECOND, Math.max(0, Math.floor(ms / 1_000)));

/** filterParams: what {@link FILTERED} and a `LIMIT` refer to. */
export const filterParams = (filter: EvaluationFilter) => ({
  model: filter.model ?? '',
  version: filter.version ?? '',
  monitor: filter.monitor ?? '',
  from: seconds(filter.fromMs ?? 0),
  to: filter.toMs === undefined ? 0 : Math.max(1, seconds(filter.toMs)),
  limit: filter.limit,
});
