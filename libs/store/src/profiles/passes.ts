import type { FeatureBinning } from '#libs/contracts';

/** Counters that one statement may hold at once, 8 bytes each: 400 MB. */
const MAX_COUNTERS = 50_000_000;
/** Beyond these a second read of the rows is cheaper than the analysis and the memory of one long statement. */
const MAX_FEATURES = 40;
const MAX_SLOTS = 12_000;
/** Sums, minima and the like beside the slots of a cell. */
const SLOTS_BESIDE = 16;

const slotsOf = (binning: FeatureBinning): number =>
  SLOTS_BESIDE + (binning.kind === 'numeric' ? binning.edges.length : binning.categories.length);

/** featureGroups: the features of a binning in groups that one statement can count. */
export function featureGroups(features: readonly FeatureBinning[]): FeatureBinning[][] {
  const groups: { features: FeatureBinning[]; slots: number }[] = [];
  for (const feature of features) {
    const slots = slotsOf(feature);
    const last = groups.at(-1);
    if (last === undefined || last.features.length === MAX_FEATURES || last.slots + slots > MAX_SLOTS)
      groups.push({ features: [feature], slots });
    else {
      last.features.push(feature);
      last.slots += slots;
    }
  }
  return groups.map((group) => group.features);
}

/** bucketsPerPass: how many buckets one statement takes, so that its counters fit (`groups`: that a bucket has). */
export function bucketsPerPass(features: readonly FeatureBinning[], groups: number): number {
  const slots = features.reduce((sum, feature) => sum + slotsOf(feature), 0);
  return Math.max(1, Math.floor(MAX_COUNTERS / Math.max(1, slots * groups)));
}

/** bucketsWithin: the same for cells whose counters are known. */
export const bucketsWithin = (slots: number, groups: number): number =>
  Math.max(1, Math.floor(MAX_COUNTERS / Math.max(1, slots * groups)));
