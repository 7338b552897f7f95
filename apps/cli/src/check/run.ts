import type { BiasPlan, CheckReport, Finding, Profile, ProfileChunk } from '#libs/contracts';
import { evaluate, suggestMonitors } from '#libs/monitoring';
import type { FileStore } from '#libs/store';
import { attributionColumns } from './attribution-columns.js';
import { countedBy, facetSettings } from './bias-settings.js';
import { NO_CONFIG, readConfig, type ConfigFile } from './config-file.js';
import { columnFindings } from './column-findings.js';
import type { Columns } from './columns.js';
import { inferColumns } from './infer.js';
import { hashOf, inputFile } from './input-file.js';
import { CHECKED, plannedMonitors, type MonitorPlan } from './monitor-plan.js';
import { CheckProblem } from './problem.js';
import { profileBaseline, profileCurrent, type BaselineSide } from './profile-sides.js';
import { readColumns, type ReadFile } from './read-files.js';
import { reportOf, type FoundIn } from './report.js';
import { readSamples, samplesFor, wantedSamples, type Samples } from './samples.js';
import { checkNames, plannedSegments } from './segment-plan.js';
import { warningsOf } from './warnings.js';
import { baselineCut, cutOf, windowsOf, type CheckWindow } from './windows.js';
import type { Workspace } from './workspace.js';

export type CheckOptions = { baseline: string; current: string; config?: string };

/** What a check found, with the profiles that a page draws from. */
export type Checked = {
  report: CheckReport;
  findings: FoundIn[];
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
  }: { store: FileStore; workspace: Pick<Workspace, 'link'>; onColumns: (columns: Columns) => void },
): Promise<Checked> {
  const config = options.config === undefined ? NO_CONFIG : readConfig(options.config);
  const inputs = [inputFile('baseline', options.baseline), inputFile('current', options.current)] as const;
  const hashes = Promise.all(inputs.map(hashOf));
  const read = {
    baseline: await readColumns(store, workspace, inputs[0]),
    current: await readColumns(store, workspace, inputs[1]),
  };
  checkNames(config, read.baseline.columns);
  const columns = explainedColumns(config, read);
  const cut = cutOf(config, columns.parts.time);
  const facets = facetSettings(config, { views: read.baseline.views, columns });
  const planned = plannedMonitors(config, {
    features: columns.features,
    facets,
    explained: new Set(columns.attributions.keys()),
  });
  if (columns.features.length === 0)
    throw new CheckProblem(
      `--baseline ${options.baseline}: has no column to compare; name some under columns.numeric or columns.categorical`,
    );
  onColumns(columns);
  const shared = { store, columns };
  const looksAtBias = planned?.some(({ body }) => body.kind === 'bias') ?? true;
  const remarks: string[] = [];
  const wanted = wantedSamples((planned ?? []).map(({ body }) => body));
  const biasOf = async (
    binning: Pick<BaselineSide['plan']['binning'], 'features'>,
    valuesOf: (feature: string) => Promise<string[]>,
  ): Promise<BiasPlan | null> => {
    if (facets === undefined || !looksAtBias) return null;
    const counted = await countedBy(facets, { file: config, binning, valuesOf });
    remarks.push(...counted.remarks);
    return counted.plan;
  };
  const baseline = await profileBaseline(shared, {
    read: read.baseline,
    cut: baselineCut(cut, columns.parts.time),
    segments: plannedSegments(config),
    biasOf,
    wanted,
  });
  const current = await profileCurrent(shared, { read: read.current, cut, baseline });
  const windows = windowsOf(cut, { windows: current.windows, config: config.config });
  if (windows.length === 0)
    throw new CheckProblem(`--current ${options.current}: none of its rows has a time`);
  const profileOf = (window: CheckWindow): Promise<Profile> =>
    store.profiles.read(current.plan, { startMs: window.startMs, endMs: window.endMs });
  const monitors = withLimits(planned, { columns, baseline });
  const samplesOf = (window: CheckWindow): Promise<Samples> =>
    readSamples(store, current.plan, { window, wanted });
  const findings = await evaluateAll({ monitors, windows, baseline, profileOf, samplesOf });
  const facts = columnFindings(read, {
    monitors,
    windows,
    baselineRows: baseline.rows,
    explaining: columns.attributions.values(),
  });
  const [baselineHash = '', currentHash = ''] = await hashes;
  const all = [...findings, ...facts];
  return {
    findings: all,
    baseline,
    windows,
    profileOf,
    report: reportOf({
      baseline: { rows: baseline.rows, hash: baselineHash },
      current: { rows: current.rows, hash: currentHash },
      windows,
      findings: all,
      columns: columns.listed,
      warnings: warningsOf({ read, columns, cut, baseline, current, config: config.config, remarks }),
    }),
  };
}

/** The columns of the baseline, with those of either file that explain a feature. */
function explainedColumns(config: ConfigFile, read: { baseline: ReadFile; current: ReadFile }): Columns {
  const columns = inferColumns(read.baseline.views, config.config);
  const attributions = attributionColumns(config, {
    features: columns.features,
    explaining: columns.listed.filter(({ part }) => part === 'attribution').map(({ name }) => name),
    current: read.current.columns.map(({ name }) => name),
  });
  return { ...columns, attributions };
}

/** Monitors without limits of their own, or all where none are named, get those that the service suggests for a new baseline. */
function withLimits(
  planned: MonitorPlan[] | undefined,
  { columns, baseline }: { columns: Columns; baseline: BaselineSide },
): MonitorPlan[] {
  const suggested = suggestMonitors({
    model: CHECKED.model,
    version: CHECKED.version,
    baseline: { hasLabels: columns.parts.label !== undefined, cannotServe: [] },
    baselineProfile: baseline.profile,
    baselineChunks: dated(baseline.chunks),
    binning: baseline.plan.binning,
    features: columns.features,
    bias: baseline.plan.bias ?? null,
  });
  if (planned === undefined)
    return suggested.map((body) => ({ name: body.kind, body: { ...body, minRows: 100 }, suggest: true }));
  return planned.map((plan) => {
    const like = suggested.find(({ kind }) => kind === plan.body.kind);
    if (!plan.suggest || like === undefined) return plan;
    const { thresholds, featureThresholds } = like;
    return {
      ...plan,
      body: {
        ...plan.body,
        thresholds: chosen(thresholds, plan),
        featureThresholds: chosenPer(featureThresholds, plan),
      },
    };
  });
}

type Limits = MonitorPlan['body']['thresholds'];

/** A limit on what a monitor was not asked to compute would have it computed. */
function chosen(limits: Limits, { body: { metrics } }: MonitorPlan): Limits {
  if (metrics === null) return limits;
  return Object.fromEntries(
    Object.entries(limits).filter(([metric]) => metrics.some((one) => one === metric)),
  );
}

const chosenPer = (limits: Record<string, Limits>, plan: MonitorPlan): Record<string, Limits> =>
  Object.fromEntries(Object.entries(limits).map(([feature, own]) => [feature, chosen(own, plan)]));

/** One part of a baseline says nothing about how parts differ. */
const dated = (chunks: readonly ProfileChunk[]): ProfileChunk[] => (chunks.length > 1 ? [...chunks] : []);

async function evaluateAll({
  monitors,
  windows,
  baseline,
  profileOf,
  samplesOf,
}: {
  monitors: readonly MonitorPlan[];
  windows: readonly CheckWindow[];
  baseline: BaselineSide;
  profileOf: (window: CheckWindow) => Promise<Profile>;
  samplesOf: (window: CheckWindow) => Promise<Samples>;
}): Promise<FoundIn[]> {
  const found: FoundIn[] = [];
  for (const [index, window] of windows.entries()) {
    const profile = await profileOf(window);
    const samples = { baseline: baseline.samples, window: await samplesOf(window) };
    for (const { name, body } of monitors) {
      const findings: Finding[] = evaluate({
        baseline: baseline.profile,
        baselineChunks: dated(baseline.chunks),
        window: profile,
        binning: baseline.plan.binning,
        features: baseline.plan.features,
        settings: body,
        bias: baseline.plan.bias ?? null,
        ...samplesFor(body, samples),
      });
      for (const finding of findings) found.push({ monitor: name, window: index, finding });
    }
  }
  return found;
}
