import { ALL_SEGMENT, type BiasPlan, type CheckReport, type Profile } from '#libs/contracts';
import { qualityWarnings } from '#libs/monitoring';
import { readSamples, wantedSamples, type FileStore, type Samples } from '#libs/store';
import { attributionColumns } from './attribution-columns.js';
import { countedBy, facetSettings } from './bias-settings.js';
import { NO_CONFIG, readConfig, type ConfigFile } from './config-file.js';
import { causesOf, type CauseIn } from './causes.js';
import { columnFindings } from './column-findings.js';
import type { Columns } from './columns.js';
import { wantsComponents } from './components.js';
import { candidateColumns, chooseDimensions, DIMENSION_ROWS, type Chosen } from './dimensions.js';
import { evaluateWindows, madeOf } from './evaluate-windows.js';
import { checkAges, checkTimes } from './given-types.js';
import { inferColumns } from './infer.js';
import { hashOf, inputFile } from './input-file.js';
import { withDimensions, withLimits } from './limits.js';
import { plannedMonitors } from './monitor-plan.js';
import { CheckProblem } from './problem.js';
import {
  profileBaseline,
  profileCurrent,
  sampleBoth,
  stageBaseline,
  stageCurrent,
  type BaselineSide,
  type StagedBaseline,
} from './profile-sides.js';
import { readColumns, type ReadFile } from './read-files.js';
import { reportOf } from './report.js';
import { scoresRead } from './score-rule.js';
import { checkDeclined, checkNames, plannedSegments } from './segment-plan.js';
import { settled } from './settle.js';
import { warningsOf } from './warnings.js';
import { baselineCut, cutOf, windowsOf, type CheckWindow, type FoundIn } from './windows.js';
import type { Workspace } from './workspace.js';

/** `segments: false` declines dimensions that the configuration does not name. */
export type CheckOptions = { baseline: string; current: string; config?: string; segments?: boolean };

/** What a check found, with the profiles that a page draws from. */
export type Checked = {
  report: CheckReport;
  findings: FoundIn[];
  causes: CauseIn[];
  baseline: BaselineSide;
  windows: CheckWindow[];
  /** Profile of one window, read anew. */
  profileOf: (window: CheckWindow) => Promise<Profile>;
};

/** runCheck: compares two files; `onColumns` hears what the columns were taken for, before the long part. */
export async function runCheck(
  options: CheckOptions,
  {
    store,
    workspace,
    onColumns,
  }: { store: FileStore; workspace: Pick<Workspace, 'link' | 'copy'>; onColumns: (columns: Columns) => void },
): Promise<Checked> {
  const config = options.config === undefined ? NO_CONFIG : readConfig(options.config);
  const inputs = [inputFile('baseline', options.baseline), inputFile('current', options.current)] as const;
  const hashes = Promise.all(inputs.map(hashOf));
  const found = {
    baseline: await readColumns(store, workspace, inputs[0]),
    current: await readColumns(store, workspace, inputs[1]),
  };
  checkNames(config, found.baseline.columns);
  checkTimes(config, found);
  const isDeclined = options.segments === false;
  checkDeclined(config, isDeclined);
  const { read, columns, staged: stagedBaseline } = await settledBaseline(store, config, found);
  checkAges(config, columns.parts.time);
  const cut = cutOf(config, columns.parts.time);
  const facets = facetSettings(config, { views: read.baseline.views, columns });
  const planned = plannedMonitors(config, {
    features: columns.features,
    facets,
    explained: new Set(columns.attributions.keys()),
  });
  if (columns.features.length === 0)
    throw new CheckProblem(
      `--baseline ${options.baseline}: has no column to compare; name some under columns.numeric, categorical, timestamp or text`,
    );
  onColumns(columns);
  const shared = { store, columns };
  const looksAtBias = planned?.some(({ body }) => body.kind === 'bias') ?? true;
  const remarks: string[] = [];
  const bodies = (planned ?? []).map(({ body }) => body);
  const wanted = wantedSamples(bodies);
  const biasOf = async (
    binning: Pick<BaselineSide['plan']['binning'], 'features'>,
    valuesOf: (feature: string) => Promise<string[]>,
  ): Promise<BiasPlan | null> => {
    if (facets === undefined || !looksAtBias) return null;
    const counted = await countedBy(facets, { file: config, binning, valuesOf });
    remarks.push(...counted.remarks);
    return counted.plan;
  };
  const chunking = baselineCut(cut, columns.parts.time);
  const staged = await stageCurrent(shared, { read: read.current, cut, baseline: stagedBaseline });
  const dimensions = await dimensionsFor(shared, { config, isDeclined, views: onBothSides(read) });
  const baseline = await profileBaseline(shared, {
    staged,
    cut: chunking,
    segments: [...plannedSegments(config), ...dimensions.segments],
    biasOf,
    scoresOf: async (binning) => {
      const hasLabels = columns.parts.label !== undefined;
      const read = await scoresRead(config, { features: binning.features, hasLabels, labels: store.labels });
      remarks.push(...read.remarks);
      return read.scores;
    },
    wanted,
    withComponents: wantsComponents(bodies),
  });
  const whole = baseline.profile.cells.find(
    ({ kind, segment }) => kind === 'confusion' && segment === ALL_SEGMENT,
  );
  remarks.push(...qualityWarnings(baseline.plan.binning, whole, columns.parts.label !== undefined));
  const current = await profileCurrent(shared, { staged, baseline });
  const windows = windowsOf(cut, { windows: current.windows, config: config.config });
  if (windows.length === 0)
    throw new CheckProblem(`--current ${options.current}: none of its rows has a time`);
  const profileOf = (window: CheckWindow): Promise<Profile> =>
    store.profiles.read(current.plan, { startMs: window.startMs, endMs: window.endMs });
  const windowRows = current.rows / windows.length;
  const monitors =
    dimensions.segments.length > 0
      ? withDimensions(planned, { columns, baseline, windowRows })
      : withLimits(planned, { columns, baseline, windowRows });
  const samplesOf = (window: CheckWindow): Promise<Samples> =>
    readSamples(store.profiles, current.plan, { window, wanted });
  const timeZone = cut.kind === 'every' ? cut.timeZone : null;
  const there = new Set(read.current.columns.map(({ name }) => name));
  const absent = new Set(
    columns.features
      .filter(({ name, madeOf }) => !there.has(madeOf?.feature ?? name))
      .map(({ name }) => name),
  );
  const { findings, origins } = await evaluateWindows({
    ...{ monitors, windows, timeZone, baseline, absent, profileOf, samplesOf },
  });
  const facts = columnFindings(read, {
    monitors,
    windows,
    baselineRows: baseline.rows,
    explaining: columns.attributions.values(),
  });
  const [baselineHash = '', currentHash = ''] = await hashes;
  const all = [...findings, ...facts];
  const causes = causesOf(all, { origins, madeOf: madeOf(baseline) });
  return {
    findings: all,
    causes,
    baseline,
    windows,
    profileOf,
    report: reportOf({
      baseline: { rows: baseline.rows, hash: baselineHash },
      current: { rows: current.rows, hash: currentHash },
      windows,
      findings: all,
      columns: columns.listed,
      causes,
      dimensions: dimensions.told,
      warnings: warningsOf({ read, columns, cut, baseline, current, config: config.config, remarks }),
    }),
  };
}

type Read = { baseline: ReadFile; current: ReadFile };

/** settledBaseline: the baseline, staged as its first rows suggest, and once more where the others say otherwise. */
async function settledBaseline(
  store: FileStore,
  config: ConfigFile,
  read: Read,
): Promise<{ read: Read; columns: Columns; staged: StagedBaseline }> {
  const stage = (columns: Columns): Promise<StagedBaseline> =>
    stageBaseline(
      { store, columns },
      {
        read: read.baseline,
        cut: baselineCut(cutOf(config, columns.parts.time), columns.parts.time),
      },
    );
  const first = explainedColumns(config, read);
  const staged = await stage(first);
  const baseline = await settled(store, read.baseline, first);
  if (baseline === null) return { read, columns: first, staged };
  const whole = { ...read, baseline };
  const columns = explainedColumns(config, whole);
  return {
    read: whole,
    columns,
    staged: spelled(first) === spelled(columns) ? staged : await stage(columns),
  };
}

/** All that rows are converted by. */
const spelled = ({ features, parts, readings, numbers, attributions }: Columns): string =>
  JSON.stringify([features, parts, [...readings], [...numbers], [...attributions]]);

/** onBothSides: columns that both files have; what one lacks cuts nothing. */
const onBothSides = ({ baseline, current }: Read): ReadFile['views'] => {
  const there = new Set(current.columns.map(({ name }) => name));
  return baseline.views.filter(({ column }) => there.has(column.name));
};

/** Dimensions are chosen where neither segments nor monitors are named, or where that is asked for. */
async function dimensionsFor(
  shared: Parameters<typeof sampleBoth>[0],
  {
    config: { config },
    isDeclined,
    views,
  }: { config: ConfigFile; isDeclined: boolean; views: ReadFile['views'] },
): Promise<Chosen> {
  const none: Chosen = { segments: [], told: [] };
  const { segments, monitors } = config;
  if (isDeclined || !(segments === 'auto' || (segments === undefined && monitors === undefined))) return none;
  const candidates = candidateColumns(shared.columns, views);
  if (candidates.length === 0) return none;
  return chooseDimensions(
    candidates,
    await sampleBoth(shared, DIMENSION_ROWS),
    shared.columns.features.length,
  );
}

/** The columns of the baseline, with those of either file that explain a feature. */
function explainedColumns(config: ConfigFile, read: Read): Columns {
  const columns = inferColumns(read.baseline.views, config.config, read.current.views);
  const attributions = attributionColumns(config, {
    features: columns.features,
    explaining: columns.listed.filter(({ part }) => part === 'attribution').map(({ name }) => name),
    current: read.current.columns.map(({ name }) => name),
  });
  return { ...columns, attributions };
}
