import { isFeatureCell, type ProfileCell } from '#libs/contracts';
import { coarseCounts, coarsen } from './coarsen.js';
import { hasFittedLimits } from './limits.js';
import { cellKey } from './merge.js';
import type { MonitorInput } from './pair.js';

/** Condense: a cell of a part of a baseline, less what nobody asks of it. */
export type Condense = (part: ProfileCell) => ProfileCell;

/**
 * condenser: for a drift monitor whose limits are all given, a part of its baseline says how rows spread over the ten coarse cells, and
 * its hundred bins would fill the memory for nothing. Null where the bins are needed.
 */
export function condenser({
  baseline,
  binning,
  settings,
}: Pick<MonitorInput, 'baseline' | 'binning' | 'settings'>): Condense | null {
  if (settings.kind !== 'drift' || hasFittedLimits(settings)) return null;
  const binnings = new Map(binning.features.map((each) => [each.feature, each]));
  const plans = new Map(
    baseline.cells.filter(isFeatureCell).flatMap((cell) => {
      const bins = binnings.get(cell.feature);
      return bins?.kind === cell.kind ? [[cellKey(cell), { bins, plan: coarsen(cell, bins) }] as const] : [];
    }),
  );
  return (part) => {
    const known = isFeatureCell(part) ? plans.get(cellKey(part)) : undefined;
    if (!isFeatureCell(part) || known?.bins.kind !== part.kind) return part;
    return { ...part, counts: [], coarse: coarseCounts(part, known.plan, known.bins) };
  };
}
