import { basename } from 'node:path';
import type { z } from 'zod';
import type { BiasSettings, Feature } from '#libs/contracts';
import { CommandProblem } from '../command-problem.js';
import { ApiProblem } from '../demo/api-client.js';
import { openApi, type ApiFlags } from '../intake/api.js';
import { say } from '../settings.js';
import { analysisSchema, constraintsSchema, qualitySchema, statisticsSchema } from './formats.js';
import { readDocument } from './json-file.js';
import { captureSetting, runCapture, type CaptureFlags } from './capture/run-capture.js';
import { planImport, type Files, type ImportPlan } from './plan-import.js';
import { reportText } from './report.js';

export type ImportFlags = ApiFlags &
  CaptureFlags & {
    baseline: string;
    statistics?: string;
    constraints?: string;
    bias?: string;
    explainability?: string;
    modelQuality?: string;
    score?: string;
    label?: string;
    value?: string;
    ignore?: string[];
    problem?: ImportPlan['problem'];
    dryRun?: boolean;
  };

type Api = Awaited<ReturnType<typeof openApi>>['api'];
type Place = { api: Api; path: string; version: string };

/** readFiles: every file that was named; its unknown keys are listed under its name. */
async function readFiles(flags: ImportFlags): Promise<Files> {
  const ignored: string[] = [];
  const read = async <Schema extends z.ZodType>(path: string | undefined, schema: Schema) => {
    if (path === undefined) return null;
    const parsed = await readDocument(path, schema);
    ignored.push(...parsed.ignored.map((key) => `${basename(path)}: ${key}`));
    return parsed.value;
  };
  return {
    statistics: await read(flags.statistics, statisticsSchema),
    constraints: await read(flags.constraints, constraintsSchema),
    quality: await read(flags.modelQuality, qualitySchema),
    bias: await read(flags.bias, analysisSchema),
    explainability: await read(flags.explainability, analysisSchema),
    ignored,
  };
}

/** orNull: what is not there yet is nothing, and no failure. */
const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  });

type Model = Record<string, unknown> & { problem: ImportPlan['problem']; bias?: BiasSettings };

/** Facets that somebody set stay as they are: the monitor is then left out, and the report says so. */
function withoutForeignFacets(plan: ImportPlan, model: Model | null): ImportPlan {
  const { bias, monitors, report } = plan;
  if (bias === null || model?.bias === undefined) return plan;
  const known = model.bias.facets.map(({ name }) => name);
  if (bias.facets.every(({ name }) => known.includes(name))) return { ...plan, bias: null };
  const why = `the model has facets of its own (${known.join(', ')}); add ${bias.facets.map(({ name }) => name).join(', ')} to them and import again`;
  return {
    ...plan,
    bias: null,
    monitors: monitors.filter(({ body }) => body.kind !== 'bias'),
    report: {
      ...report,
      carried: report.carried.filter((line) => !line.startsWith('monitor bias')),
      notCarried: [...report.notCarried, { what: 'monitor bias', why }],
    },
  };
}

/** apply: model, baseline, facets, monitors: each needs what comes before it. Doing it again changes nothing. */
async function apply(plan: ImportPlan, model: Model | null, { api, path, version }: Place): Promise<void> {
  const base = path.slice(0, path.lastIndexOf('/models/'));
  if (model === null) await api.put(path, { problem: plan.problem });
  if (plan.baseline !== null)
    await api.post(`${path}/versions/${encodeURIComponent(version)}/baselines/statistics`, plan.baseline);
  if (plan.bias !== null) {
    const current = await api.get<Model>(path);
    await api.put(path, { ...current, bias: plan.bias });
  }
  for (const { id, body } of plan.monitors) await api.put(`${base}/monitors/${id}`, body);
}

const isGiven = (...paths: (string | undefined)[]): boolean => paths.some((path) => path !== undefined);

/** runImport: reads, plans, registers and reports. */
export async function runImport(flags: ImportFlags): Promise<void> {
  const files = await readFiles(flags);
  const hasFiles = isGiven(
    flags.statistics,
    flags.constraints,
    flags.modelQuality,
    flags.bias,
    flags.explainability,
  );
  const hasCapture = flags.capture !== undefined || flags.groundTruth !== undefined;
  if (!hasFiles && !hasCapture)
    throw new CommandProblem('Name at least one file: --statistics, --constraints, --capture …; see --help.');
  const { api, base } = await openApi(flags);
  const path = `${base}/models/${encodeURIComponent(flags.model)}`;
  const [model, version] = await Promise.all([
    orNull(api.get<Model>(path)),
    orNull(api.get<{ features: Feature[] }>(`${path}/versions/${encodeURIComponent(flags.version)}`)),
  ]);
  const { score, label, value, ignore } = flags;
  const planned = planImport(files, {
    model: flags.model,
    version: flags.version,
    baseline: flags.baseline,
    source: basename(flags.statistics ?? flags.constraints ?? ''),
    known: (version?.features ?? []).map(({ name }) => name),
    roles: { score, label, value, ignore },
  });
  const plan = withoutForeignFacets(
    flags.problem === undefined ? planned : { ...planned, problem: flags.problem },
    model,
  );
  if (hasFiles) {
    if (flags.dryRun !== true) await apply(plan, model, { api, path, version: flags.version });
    say(flags.json === true ? JSON.stringify(plan, null, 2) : reportText(plan.report));
    if (flags.dryRun === true && flags.json !== true) say('\nNothing was changed: this was a dry run.');
  }
  if (!hasCapture || flags.dryRun === true) return;
  const problem = flags.problem ?? model?.problem ?? plan.problem;
  const setting = captureSetting(flags, {
    ...{ problem, statistics: files.statistics },
    features: version?.features ?? [],
  });
  await runCapture(flags, setting, { api, path: `${path}/versions/${encodeURIComponent(flags.version)}` });
}
