import { isFeatureCell, type ProfileCell } from '#libs/contracts';
import { coarseCounts, isUnder, testCells } from './coarsen.js';
import { hasFittedLimits, namesMetric } from './limits.js';
import { cellKey } from './merge.js';
import type { MonitorInput } from './pair.js';

/** Condense: a cell of a part of a baseline, less what nobody asks of it. */
export type Condense = (part: ProfileCell) => ProfileCell;

/**
 * condenser: what a monitor needs of the parts of its baseline, whose hundred bins would fill the memory for nothing. Data quality looks at
 * bins only where a range is set; drift, where a limit is fitted or single values are looked at, and else at how rows spread over the
 * cells of the test. Null where all is
 * needed; a cell of another binning is kept as it is, so that it fails only its own comparison.
 */
export function condenser(input: Pick<MonitorInput, 'baseline' | 'binning' | 'settings'>): Condense | null {
  const { settings } = input;
  if (settings.kind === 'data_quality')
    return Object.keys(settings.ranges).length === 0 ? withoutCounts : null;
  if (settings.kind !== 'drift' || hasFittedLimits(settings) || namesMetric(settings, 'share_loss'))
    return null;
  return coarsener(input);
}

const withoutCounts: Condense = (part) => (isFeatureCell(part) ? { ...part, counts: [] } : part);

function coarsener({ baseline, binning }: Pick<MonitorInput, 'baseline' | 'binning'>): Condense {
  const binnings = new Map(binning.features.map((each) => [each.feature, each]));
  const plans = new Map(
    baseline.cells.filter(isFeatureCell).flatMap((cell) => {
      const bins = binnings.get(cell.feature);
      return bins !== undefined && isUnder(cell, bins)
        ? [[cellKey(cell), { bins, plan: testCells(cell, bins) }] as const]
        : [];
    }),
  );
  return (part) => {
    if (!isFeatureCell(part)) return part;
    const known = plans.get(cellKey(part));
    if (known === undefined || !isUnder(part, known.bins)) return part;
    return { ...part, counts: [], coarse: coarseCounts(part, known.plan, known.bins) };
  };
}
