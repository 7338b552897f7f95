import { cellKey, chartOf, worstFirst } from '#libs/monitoring';
import type { Finding, FeatureBinning, Profile, ProfileCell } from '#libs/contracts';
import { causeSentence, everyOf, type CauseIn } from '../causes.js';
import type { FoundIn } from '../windows.js';
import type { Checked } from '../run.js';
import { inWords } from '../sentences.js';
import { densities, type Density } from './density.js';
import type { BarCell, Point } from './plots.js';
import { toneOf } from './tones.js';

/** All findings about one feature, or one group of a facet, of one segment value, over all windows. */
export type Group = {
  key: string;
  monitor: string;
  segment: string;
  segmentValue: string;
  feature: string;
  findings: FoundIn[];
  breached: FoundIn[];
  inconclusive: FoundIn[];
  /** The finding that tells most. */
  worst: FoundIn;
  /** Of a cause: what it is in a sentence, and the segment values that show it too. */
  sentence?: string;
  under?: Group[];
};

export type Picture =
  { kind: 'density'; baseline: Density; window: Density } | { kind: 'bars'; cells: readonly BarCell[] };

export type Drawn = Group & {
  picture: Picture | null;
  /** What breached, in sentences, where a number alone would not say it. */
  words: string[];
  timeline: { points: Point[]; limit: number | null; metric: Finding['metric'] } | null;
};

/** Groups that are drawn, at most: a page of thousands of pictures helps nobody. */
const MAX_DRAWN = 80;
const MAX_WINDOWS_READ = 24;

/** Distances first: they say how far, while facts say that. */
const HEADLINE: Finding['metric'][] = [
  'missing_column',
  'psi',
  'jensen_shannon',
  'missing_rate',
  'invalid_rate',
  'unseen_rate',
  'accuracy',
];

const rank = ({ finding }: FoundIn): number => {
  const at = HEADLINE.indexOf(finding.metric);
  return at === -1 ? HEADLINE.length : at;
};

const byWorst = (a: FoundIn, b: FoundIn): number => worstFirst(a.finding, b.finding) || rank(a) - rank(b);

/** groupsOf: by segment value and feature or group, breached ones first, the worst at the top. */
export function groupsOf(findings: readonly FoundIn[]): Group[] {
  const groups = new Map<string, FoundIn[]>();
  for (const found of findings) {
    const { segment, segmentValue, feature, facet, facetValue } = found.finding;
    const key = JSON.stringify([segment, segmentValue, feature, facet, facetValue]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [found]);
    else group.push(found);
  }
  return [...groups]
    .flatMap(([key, some]): Group[] => {
      const breached = some.filter(({ finding }) => finding.status === 'breached').toSorted(byWorst);
      const inconclusive = some.filter(({ finding }) => finding.status === 'inconclusive').toSorted(byWorst);
      const worst =
        breached[0] ??
        inconclusive[0] ??
        some.filter(({ finding }) => finding.value !== null).toSorted(byWorst)[0] ??
        some[0];
      if (worst === undefined) return [];
      const { segment, segmentValue, feature } = worst.finding;
      return [
        {
          ...{ key, monitor: worst.monitor, segment, segmentValue, feature },
          ...{ findings: some, breached, inconclusive, worst },
        },
      ];
    })
    .toSorted(
      (a, b) => Number(b.breached.length > 0) - Number(a.breached.length > 0) || byWorst(a.worst, b.worst),
    );
}

/** foldedGroups: one group for each cause, in their order, with the groups of its segment values under it. */
export function foldedGroups(groups: readonly Group[], causes: readonly CauseIn[]): Group[] {
  const groupOf = new Map(groups.flatMap((group) => group.breached.map((found) => [found, group] as const)));
  return causes.flatMap((cause): Group[] => {
    const first = groupOf.get(cause.first);
    if (first === undefined) return [];
    const own = everyOf(cause).flatMap((found) => groupOf.get(found) ?? []);
    const under = [...new Set(own)].filter((group) => group !== first);
    return [{ ...first, worst: cause.first, sentence: causeSentence(cause), under }];
  });
}

const isFeatureCell = (
  cell: ProfileCell | undefined,
): cell is Extract<ProfileCell, { kind: 'numeric' | 'categorical' }> =>
  cell?.kind === 'numeric' || cell?.kind === 'categorical';

function pictureOf(
  baseline: ProfileCell | undefined,
  window: ProfileCell | undefined,
  binning: FeatureBinning | undefined,
): Picture | null {
  if (binning === undefined || !isFeatureCell(baseline) || !isFeatureCell(window)) return null;
  if (baseline.rows === 0 || window.rows === 0) return null;
  if (binning.kind === 'numeric' && baseline.kind === 'numeric' && window.kind === 'numeric') {
    const both = densities(baseline, window, binning);
    return both === null ? null : { kind: 'density', ...both };
  }
  return { kind: 'bars', cells: chartOf({ baseline, window, binning }).cells };
}

function timelineOf({ findings, worst }: Group, windows: Checked['windows']): Drawn['timeline'] {
  if (windows.length < 2) return null;
  const { metric } = worst.finding;
  const own = new Map(
    findings
      .filter(({ finding, monitor }) => finding.metric === metric && monitor === worst.monitor)
      .map((found) => [found.window, found.finding]),
  );
  const points = windows.map(({ start }, index): Point => {
    const finding = own.get(index);
    return {
      value: finding?.value ?? null,
      tone: finding === undefined ? '' : toneOf(finding.status),
      label: start?.slice(0, 16).replace('T', ' ') ?? `#${index}`,
    };
  });
  return { points, limit: worst.finding.threshold, metric };
}

type Cells = ReadonlyMap<string, ProfileCell>;
const index = (profile: Profile): Cells => new Map(profile.cells.map((cell) => [cellKey(cell), cell]));

/** drawn: the first groups with their pictures, of the window where each is worst; profiles are read anew, a few windows at most. */
export async function drawn(
  groups: readonly Group[],
  { baseline, windows, profileOf }: Checked,
): Promise<Drawn[]> {
  const before = index(baseline.profile);
  const binnings = new Map(baseline.plan.binning.features.map((binning) => [binning.feature, binning]));
  const read = new Map<number, Cells>();
  const cellsOf = async (at: number): Promise<Cells | undefined> => {
    const known = read.get(at);
    const window = windows[at];
    if (known !== undefined || window === undefined || read.size >= MAX_WINDOWS_READ) return known;
    const cells = index(await profileOf(window));
    read.set(at, cells);
    return cells;
  };
  const all: Drawn[] = [];
  for (const [place, group] of groups.entries()) {
    const key = cellKey({
      kind: 'numeric',
      segment: group.segment,
      segmentValue: group.segmentValue,
      feature: group.feature,
    });
    const now = place < MAX_DRAWN ? await cellsOf(group.worst.window) : undefined;
    const picture = pictureOf(before.get(key), now?.get(key), binnings.get(group.feature));
    const sentences = group.breached
      .filter(({ window }) => window === group.worst.window)
      .map((found) => inWords(found, baseline.plan.bias))
      .filter((sentence) => sentence !== null);
    const words = [...(group.sentence === undefined ? [] : [group.sentence]), ...sentences];
    all.push({ ...group, picture, words, timeline: place < MAX_DRAWN ? timelineOf(group, windows) : null });
  }
  return all;
}
