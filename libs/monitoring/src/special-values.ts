import { ALL_SEGMENT } from '#libs/contracts';
import type { MonitorInput, SegmentValue } from './pair.js';

/** specialValuesOf: segment values that cells of facets or attributions speak of and the monitor watches, `all` first, then by name. */
export function specialValuesOf(
  { settings: { segments } }: Pick<MonitorInput, 'settings'>,
  cells: readonly SegmentValue[],
): SegmentValue[] {
  const known = new Map<string, SegmentValue>();
  for (const { segment, segmentValue } of cells) {
    if (segment !== ALL_SEGMENT && segments !== null && !segments.includes(segment)) continue;
    known.set(JSON.stringify([segment !== ALL_SEGMENT, segment, segmentValue]), { segment, segmentValue });
  }
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
