import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { storedAs, type Feature, type PredictionEvent } from '#libs/contracts';
import { CommandProblem } from '../../command-problem.js';
import type { ApiClient } from '../../demo/api-client.js';
import { say } from '../../settings.js';
import type { Statistics } from '../formats.js';
import { isMatched, nameMatcher } from '../names.js';
import { capturedEvents, emptyTally, labelledEvents, writeLines, type Tally } from './convert.js';
import { labelText, type CaptureSetting, type OutputRole } from './events.js';

export type CaptureFlags = {
  model: string;
  version: string;
  capture?: string[];
  groundTruth?: string[];
  columns?: string;
  outputs?: string;
  positiveLabel?: string;
  negativeLabel?: string;
  scoreThreshold?: string;
  events?: string;
  asBaseline?: string;
};

const ROLES: readonly OutputRole[] = ['score', 'label', 'value', 'ignore'];
const DEFAULT_OUTPUT = { binary: 'score', multiclass: 'label', regression: 'value' } as const;

const list = (text: string): string[] => text.split(',').map((each) => each.trim());

function outputsOf(text: string | undefined, problem: CaptureSetting['problem']): OutputRole[] {
  if (text === undefined) return [DEFAULT_OUTPUT[problem]];
  return list(text).map((name) => {
    const role = ROLES.find((each) => each === name);
    if (role === undefined) throw new CommandProblem(`--outputs: '${name}' is none of ${ROLES.join(', ')}.`);
    return role;
  });
}

function labelsOf({
  positiveLabel,
  negativeLabel,
  scoreThreshold = '0.5',
}: CaptureFlags): CaptureSetting['labels'] {
  if (positiveLabel === undefined && negativeLabel === undefined) return null;
  if (positiveLabel === undefined || negativeLabel === undefined)
    throw new CommandProblem('--positive-label and --negative-label go together.');
  const threshold = Number(scoreThreshold);
  if (!Number.isFinite(threshold))
    throw new CommandProblem(`--score-threshold: '${scoreThreshold}' is not a number.`);
  return {
    positive: labelText(positiveLabel),
    negative: labelText(negativeLabel),
    scoreThreshold: threshold,
  };
}

/** captureSetting: columns as named, else in the order of the statistics, else of the version; texts where either says so. */
export function captureSetting(
  flags: CaptureFlags,
  {
    problem,
    statistics,
    features,
  }: { problem: CaptureSetting['problem']; statistics: Statistics | null; features: readonly Feature[] },
): CaptureSetting {
  const byStatistics = statistics?.features.map(({ name }) => name);
  const known = features.map(({ name }) => name);
  const named = flags.columns === undefined ? (byStatistics ?? known) : list(flags.columns);
  const match = nameMatcher(known);
  const columns = named.map((column) => {
    const matched = match(column);
    return isMatched(matched) ? matched.name : column;
  });
  const texts =
    features.length > 0
      ? features.filter(({ type }) => storedAs(type) === 'categorical').map(({ name }) => name)
      : statistics?.features.filter(({ inferred_type: type }) => type === 'String').map(({ name }) => name);
  return {
    ...{ model: flags.model, version: flags.version, problem, columns },
    texts: texts === undefined ? null : new Set(texts),
    outputs: outputsOf(flags.outputs, problem),
    labels: labelsOf(flags),
  };
}

function tell(what: string, { lines, events, refused, shown }: Tally): void {
  say(
    `${what}: ${events} events of ${lines} lines${refused === 0 ? '' : `, ${refused} lines could not be used:`}`,
  );
  for (const line of shown) say(`  ${line}`);
}

async function writeEvents(flags: CaptureFlags, setting: CaptureSetting, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [paths, name, read] of [
    [flags.capture, 'predictions.jsonl', capturedEvents],
    [flags.groundTruth, 'ground-truth.jsonl', labelledEvents],
  ] as const) {
    if (paths === undefined) continue;
    const tally = emptyTally();
    const path = join(folder, name);
    await writeLines(path, read(paths, setting, tally));
    tell(path, tally);
  }
}

/** Labels that wait in memory for their predictions. */
const MAX_LABELS = 5_000_000;

async function truths(flags: CaptureFlags, setting: CaptureSetting): Promise<Map<string, string | number>> {
  const found = new Map<string, string | number>();
  const tally = emptyTally();
  for await (const { id, label, value } of labelledEvents(flags.groundTruth ?? [], setting, tally)) {
    if (found.size >= MAX_LABELS)
      throw new CommandProblem(`--as-baseline takes at most ${MAX_LABELS} labels; give fewer files.`);
    const truth = label ?? value;
    if (truth !== undefined) found.set(id, truth);
  }
  if (flags.groundTruth !== undefined) tell('labels', tally);
  return found;
}

/** No feature has these names: SageMaker's own have no colon. */
const COLUMN = {
  id: ':id',
  time: ':time',
  truth: ':truth',
  label: ':label',
  score: ':score',
  value: ':value',
};

/** A column that no row fills is left out: it would be taken for a feature. */
type Filled = Record<'label' | 'score' | 'value' | 'truth', boolean>;

const rowOf = (
  { id, time, features, prediction }: PredictionEvent,
  truth: string | number | undefined,
  has: Filled,
): object => ({
  ...features,
  [COLUMN.id]: id,
  [COLUMN.time]: time,
  ...(has.truth && { [COLUMN.truth]: truth ?? null }),
  ...(has.label && { [COLUMN.label]: prediction.label ?? null }),
  ...(has.score && { [COLUMN.score]: prediction.score ?? null }),
  ...(has.value && { [COLUMN.value]: prediction.value ?? null }),
});

async function* rows(
  flags: CaptureFlags,
  setting: CaptureSetting,
  { found, has }: { found: ReadonlyMap<string, string | number>; has: Filled },
): AsyncGenerator<string> {
  for await (const event of capturedEvents(flags.capture ?? [], setting, emptyTally()))
    yield `${JSON.stringify(rowOf(event, found.get(event.id), has))}\n`;
}

/** asBaseline: captured rows, with the labels that were found for them, through the same door as training rows. */
async function asBaseline(
  flags: CaptureFlags,
  setting: CaptureSetting,
  { api, path, name }: { api: ApiClient; path: string; name: string },
): Promise<void> {
  const found = await truths(flags, setting);
  const tally = emptyTally();
  const has: Filled = { label: false, score: false, value: false, truth: false };
  for await (const { id, prediction } of capturedEvents(flags.capture ?? [], setting, tally)) {
    has.label ||= prediction.label !== undefined;
    has.score ||= prediction.score !== undefined;
    has.value ||= prediction.value !== undefined;
    has.truth ||= found.has(id);
  }
  tell('predictions', tally);
  if (tally.events === 0)
    throw new CommandProblem('No captured line could be used, so there is no baseline.');
  const isValue = setting.problem === 'regression';
  const used: Record<string, string> = { id: COLUMN.id, time: COLUMN.time };
  if (has.label) used['predictionLabel'] = COLUMN.label;
  if (has.score) used['score'] = COLUMN.score;
  if (has.value) used['value'] = COLUMN.value;
  if (has.truth) used[isValue ? 'labelValue' : 'label'] = COLUMN.truth;
  const search = new URLSearchParams({
    name,
    columns: JSON.stringify(used),
    monitors: 'false',
    source: 'data capture',
  });
  await api.upload(
    `${path}/baselines?${search.toString()}`,
    'application/x-ndjson',
    Readable.from(rows(flags, setting, { found, has })),
  );
  say(`baseline ${name}: registered`);
}

/** runCapture: captured inferences and ground truth become files of events, a baseline with rows, or both. */
export async function runCapture(
  flags: CaptureFlags,
  setting: CaptureSetting,
  place: { api: ApiClient; path: string },
): Promise<void> {
  if (flags.events === undefined && flags.asBaseline === undefined)
    throw new CommandProblem(
      'Say what the captured lines become: --events <folder> for files of events, --as-baseline <name> for a baseline.',
    );
  if (flags.capture === undefined && flags.asBaseline !== undefined)
    throw new CommandProblem('--as-baseline needs --capture: labels alone are no rows.');
  if (flags.events !== undefined) await writeEvents(flags, setting, flags.events);
  if (flags.asBaseline !== undefined) await asBaseline(flags, setting, { ...place, name: flags.asBaseline });
}
