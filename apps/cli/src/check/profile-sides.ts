import type { BiasPlan, BinningBody, DimensionBody, Profile, ProfileChunk, ScoreRule } from '#libs/contracts';
import { baselineOrigin } from '#libs/contracts';
import {
  readSamples,
  withScores,
  type DataCut,
  type DataRowsInput,
  type DataWindow,
  type FileStore,
  type ProfilePlan,
  type Samples,
  type StagedSample,
  type WantedSamples,
} from '#libs/store';
import type { Columns } from './columns.js';
import { projectionOf, type ComponentsOf } from './components.js';
import { CHECKED } from './monitor-plan.js';
import { mustBe, type ReadFile } from './read-files.js';
import type { NamedSegment } from './segment-plan.js';

export type Side = {
  plan: ProfilePlan;
  rows: number;
  undated: number;
  windows: DataWindow[];
};
export type BaselineSide = Side & {
  profile: Profile;
  chunks: ProfileChunk[];
  samples: Samples;
} & Pick<ComponentsOf, 'noComponents'>;

const NO_COMPONENTS: ComponentsOf = { projection: null, noComponents: null };

const name = (origin: string) => ({ ...CHECKED, origin });
const BASELINE = name(baselineOrigin('file'));
const CURRENT = name(baselineOrigin('current'));

type Shared = { store: FileStore; columns: Columns };

/** What texts of either file are held against. */
type KnownWords = DataRowsInput['knownWords'];

/** stage: makes the rows of a file ready to be shown; `undated` of them have no time. */
const stage = async (
  { store, columns }: Shared,
  {
    read,
    cut,
    of,
    knownWords,
  }: { read: ReadFile; cut: DataCut; of: typeof BASELINE; knownWords: KnownWords },
) =>
  mustBe(
    await store.stage({
      file: read.file,
      columns: read.columns,
      features: columns.features,
      parts: columns.parts,
      attributions: columns.attributions,
      readings: columns.readings,
      knownWords,
      cut,
      name: of,
    }),
    read.input,
  );

/** A text of the baseline is held against all its other ones, a text of the current file against all of them. */
async function readWords(
  { store, columns }: Shared,
  { file, columns: own, input }: ReadFile,
): Promise<{ known: KnownWords; others: KnownWords }> {
  const made = columns.features.flatMap(({ name, madeOf }) =>
    madeOf === undefined ? [] : [{ name, of: madeOf.feature }],
  );
  const texts = columns.features.filter(({ name }) => made.some(({ of }) => of === name));
  if (texts.length === 0) return { known: new Map(), others: new Map() };
  const counted = mustBe(await store.words(file, { columns: own, texts }), input);
  const byText = new Map(counted.map((one) => [one.feature, one]));
  const placed = (which: 'words' | 'others'): KnownWords =>
    new Map(made.map(({ name, of }) => [name, byText.get(of)?.[which] ?? []]));
  return { known: placed('words'), others: placed('others') };
}

/** Dimensions get the values that the baseline has most often. */
async function frozen(
  { store, columns }: Shared,
  segments: readonly NamedSegment[],
): Promise<NamedSegment[]> {
  return Promise.all(
    segments.map(async ({ name: segment, body }) => {
      if (body.kind === 'predicate' || body.values !== null) return { name: segment, body };
      const dimension: DimensionBody = body;
      const values = await store.dimensionValues(BASELINE, dimension, columns.features);
      return { name: segment, body: { ...dimension, values } };
    }),
  );
}

async function profiled({ store }: Shared, plan: ProfilePlan, undated: number): Promise<Side> {
  const { rows } = await store.compute(plan);
  return { plan, rows, undated, windows: await store.windows() };
}

/** StagedBaseline: the baseline as it is staged and shown: rows without a time, and the words that texts of the current file are held against. */
export type StagedBaseline = { undated: number; knownWords: KnownWords };

/** stageBaseline: reads the baseline once and makes its rows those that everything else reads. */
export async function stageBaseline(
  shared: Shared,
  { read, cut }: { read: ReadFile; cut: DataCut },
): Promise<StagedBaseline> {
  const words = await readWords(shared, read);
  const { undated } = await stage(shared, { read, cut, of: BASELINE, knownWords: words.others });
  await shared.store.show(BASELINE);
  return { undated, knownWords: words.known };
}

/** Staged: both files, ready to be shown. */
export type Staged = { undated: { baseline: number; current: number } };

/** stageCurrent: reads the current file once, beside the baseline. Columns that it lacks are null in every row. */
export async function stageCurrent(
  shared: Shared,
  { read, cut, baseline }: { read: ReadFile; cut: DataCut; baseline: StagedBaseline },
): Promise<Staged> {
  const { undated } = await stage(shared, { read, cut, of: CURRENT, knownWords: baseline.knownWords });
  return { undated: { baseline: baseline.undated, current: undated } };
}

/** sampleBoth: some rows of each side. */
export async function sampleBoth(
  { store, columns: { features } }: Shared,
  limit: number,
): Promise<{ baseline: StagedSample; current: StagedSample }> {
  return {
    baseline: await store.sample(BASELINE, { features, limit }),
    current: await store.sample(CURRENT, { features, limit }),
  };
}

/** profileBaseline: binning, segment values and profile of the baseline, with its chunks. */
export async function profileBaseline(
  shared: Shared,
  {
    staged,
    cut,
    segments,
    biasOf,
    scoresOf,
    wanted,
    withComponents,
  }: {
    staged: Staged;
    cut: DataCut;
    segments: readonly NamedSegment[];
    biasOf: (
      binning: Pick<BinningBody, 'features'>,
      valuesOf: (feature: string) => Promise<string[]>,
    ) => Promise<BiasPlan | null>;
    /** How scores become classes, under the binning of the rows that are shown. */
    scoresOf: (binning: Pick<BinningBody, 'features'>) => Promise<ScoreRule | null>;
    wanted: WantedSamples;
    withComponents: boolean;
  },
): Promise<BaselineSide> {
  const { store, columns } = shared;
  await store.show(BASELINE);
  const values = await frozen(shared, segments);
  const binning = await store.createBinning(BASELINE, columns.features);
  const bias = await biasOf(binning, (feature) =>
    store.dimensionValues(
      BASELINE,
      { kind: 'dimension', model: CHECKED.model, feature, values: null },
      columns.features,
    ),
  );
  const { projection, noComponents } = withComponents
    ? await projectionOf(store, BASELINE, columns.features)
    : NO_COMPONENTS;
  const body: BinningBody = { model: CHECKED.model, version: CHECKED.version, ...binning };
  const plan: ProfilePlan = {
    ...BASELINE,
    binning: withScores(body, projection),
    projection,
    features: columns.features,
    segments: values,
    bucket: 'PT1H',
    timeZone: 'UTC',
    bias,
    scores: await scoresOf(binning),
    attributions: columns.attributions.size > 0,
  };
  const side = await profiled(shared, plan, staged.undated.baseline);
  const profile = await store.profiles.read(plan, 'all');
  const chunks = cut.kind === 'whole' ? [] : await store.profiles.chunks(plan, 'all', undefined, 'bucket');
  const samples = await readSamples(store.profiles, plan, { window: 'all', wanted });
  await store.release(BASELINE);
  return { ...side, profile, chunks, samples, noComponents };
}

/** profileCurrent: the current file under the plan of the baseline. */
export async function profileCurrent(
  shared: Shared,
  { staged, baseline }: { staged: Staged; baseline: BaselineSide },
): Promise<Side> {
  await shared.store.show(CURRENT);
  return profiled(shared, { ...baseline.plan, ...CURRENT }, staged.undated.current);
}
