import { ALL_SEGMENT, SEGMENT_IN, type Finding } from '#libs/contracts';
import { limitOf } from '#libs/monitoring';
import type { MonitorPlan } from './monitor-plan.js';
import type { ReadFile } from './read-files.js';
import type { FoundIn } from './windows.js';
import type { CheckWindow } from './windows.js';

/** At most so many extra columns are told one by one. */
const MAX_EXTRA = 1_000;

/** columnFindings: columns of the current file that the baseline does not have. Those that it lacks are found by their missing values. */
export function columnFindings(
  { baseline, current }: { baseline: ReadFile; current: ReadFile },
  {
    monitors,
    windows,
    baselineRows,
    explaining,
  }: {
    monitors: readonly MonitorPlan[];
    windows: readonly CheckWindow[];
    baselineRows: number;
    /** Columns with attributions, which the baseline need not have. */
    explaining: Iterable<string>;
  },
): FoundIn[] {
  const monitor = monitors.find(({ body }) => body.kind === 'data_quality');
  if (monitor === undefined) return [];
  const { metrics } = monitor.body;
  if (metrics !== null && !metrics.includes('extra_column')) return [];
  const known = new Set([...baseline.columns.map(({ name }) => name), ...explaining]);
  const extra = current.columns.filter(({ name }) => !known.has(name)).slice(0, MAX_EXTRA);
  return windows.flatMap(({ rows }, window) =>
    extra.map(({ name }): FoundIn => {
      const threshold = limitOf(monitor.body, name, 'extra_column') ?? 0;
      const finding: Finding = {
        segment: ALL_SEGMENT,
        segmentValue: SEGMENT_IN,
        feature: name,
        facet: '',
        facetValue: '',
        metric: 'extra_column',
        variant: 'fact',
        value: 1,
        baselineValue: 0,
        interval: null,
        threshold,
        p: null,
        pAdjusted: null,
        evidence: 'exact',
        deff: 1,
        resolution: null,
        rows,
        baselineRows,
        status: 1 > threshold ? 'breached' : 'ok',
        note: 'the baseline does not have this column',
      };
      return { monitor: monitor.name, window, finding };
    }),
  );
}
