import { PREDICTION_FEATURES, type BiasSettings, type StatisticsBaseline } from '#libs/contracts';
import { importBaseline, type Roles } from './baseline.js';
import { importBias } from './bias.js';
import { importConstraints } from './constraints.js';
import { importExplainability } from './explainability.js';
import type { Analysis, Constraints, QualityConstraints, Statistics } from './formats.js';
import { importModelQuality, problemOf } from './model-quality.js';
import type { MonitorDraft } from './monitor-draft.js';
import { emptyReport, type ImportReport } from './report.js';

/** Files: what was given, parsed; `ignored` are unknown keys, each with the name of its file. */
export type Files = {
  statistics: Statistics | null;
  constraints: Constraints | null;
  bias: Analysis | null;
  explainability: Analysis | null;
  quality: QualityConstraints | null;
  ignored: readonly string[];
};

/** ImportTarget: the model version that the files are about, and what is known of it. */
export type ImportTarget = {
  model: string;
  version: string;
  /** Name that the baseline gets. */
  baseline: string;
  source: string;
  /** Features that the version has; empty for a new one. */
  known: readonly string[];
  roles: Roles;
};

/** ImportPlan: what is to be registered, in the order of writing. */
export type ImportPlan = {
  problem: 'binary' | 'multiclass' | 'regression';
  baseline: StatisticsBaseline | null;
  bias: BiasSettings | null;
  monitors: MonitorDraft[];
  report: ImportReport;
};

const PREDICTIONS = Object.values<string>(PREDICTION_FEATURES);

function tellUnread({ statistics, bias, explainability }: Files, report: ImportReport): void {
  if (statistics === null)
    report.notCarried.push({
      what: 'baseline',
      why: 'no statistics were given; monitors compare with the newest baseline of the version',
    });
  if (
    bias !== null &&
    bias.pre_training_bias_metrics === undefined &&
    bias.post_training_bias_metrics === undefined
  )
    report.notCarried.push({ what: 'bias analysis', why: 'the file has no bias metrics' });
  if (explainability !== null && explainability.explanations?.kernel_shap === undefined)
    report.notCarried.push({ what: 'explanations', why: 'the file has no explanations.kernel_shap' });
}

/** planImport: files of SageMaker → documents of ours. Pure: the same files are the same plan. */
export function planImport(files: Files, target: ImportTarget): ImportPlan {
  const report = { ...emptyReport(), ignored: [...files.ignored] };
  const { statistics, constraints, bias, explainability, quality } = files;
  tellUnread(files, report);
  const imported =
    statistics === null
      ? null
      : importBaseline(statistics, constraints, { target: { ...target, name: target.baseline }, report });
  const body = imported?.body ?? null;
  if (statistics !== null && body === null)
    report.notCarried.push({ what: 'baseline', why: 'no feature of the statistics could be used' });
  const monitorTarget = { ...target, baseline: body === null ? null : target.baseline };
  const features = (body?.features ?? []).filter(({ name }) => !PREDICTIONS.includes(name));
  const known = target.known.length > 0 ? target.known : features.map(({ name }) => name);
  const shared = { target: monitorTarget, known, report };
  const ofData =
    constraints === null
      ? []
      : importConstraints(constraints, {
          ...shared,
          roles: target.roles,
          featureOf: body === null ? null : (imported?.featureOf ?? null),
          identifiers: features.filter(({ kind }) => kind === 'identifier').map(({ name }) => name),
        });
  const groups = bias === null ? null : importBias(bias, shared);
  const others = [
    quality === null ? null : importModelQuality(quality, shared),
    groups?.monitor ?? null,
    explainability === null ? null : importExplainability(explainability, shared),
  ];
  return {
    problem: quality === null ? 'binary' : problemOf(quality),
    baseline: body,
    bias: groups?.settings ?? null,
    monitors: [...ofData, ...others.filter((draft) => draft !== null)],
    report,
  };
}
