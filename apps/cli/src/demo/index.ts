import { join } from 'node:path';
import { createProducer } from '#libs/kafka';
import { createLogger, loadConfig } from '#libs/platform';
import { apiClient, type ApiClient } from './api-client.js';
import { baselineCsv, trainingSet } from './baseline-csv.js';
import { trainDelayRisk, type DelayRiskModel } from './delay-risk-model.js';
import { readFlights, type Flights } from './flights.js';
import { openOutbox } from './outbox.js';
import { pacer } from './pace.js';
import { readProgress, writeProgress, type DemoProgress } from './progress-file.js';
import { demoChannels } from './channels.js';
import { registerBaseline, registerDemo } from './register.js';
import { replay, type ReplayMessage } from './replay.js';
import {
  accountingLines,
  describeAlert,
  evaluatedThrough,
  isFaultAlert,
  listAlerts,
  waitForEvaluations,
} from './report.js';
import { DAY_MS, DEFAULT_FROM, FAULT, LAST_DAY_END_MS, MODEL, PROJECT, shiftMs } from './scenario.js';

/** What the demo gets: a running Plumbline, reached as any user reaches it. */
export type DemoOptions = {
  readonly apiUrl: string;
  readonly publicUrl: string;
  readonly adminKey: string;
  readonly kafkaBrokers: readonly string[];
  /** Folder for `outbox/` and `demo.json`. */
  readonly home: string;
  /** Loopback ports on which the apps may reach the stand-ins for Slack and a mail server. */
  readonly sinkPorts: { readonly slack: number; readonly smtp: number };
  /** First day of the replay, YYYY-MM-DD. */
  readonly from?: string;
  readonly grafanaUrl?: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

const SAY_EVERY_MS = 10_000;
const EVALUATION_TIMEOUT_MS = 20 * 60_000;
/** Flights land within a day and outcomes are held for three: going back this far sends all again that a stop may have cut off. */
const RESUME_OVERLAP_MS = 5 * DAY_MS;

/** Plays the story of `scenario.ts` against a running Plumbline and says what happened. Repeating it changes nothing. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { say, signal } = options;
  const outbox = await openOutbox(join(options.home, 'outbox'), options.sinkPorts);
  signal.addEventListener('abort', () => void outbox.close(), { once: true });
  const api = apiClient(options.apiUrl, options.adminKey, signal);
  const progress = (await readProgress(options.home)) ?? firstProgress(options.from);
  if (progress.sentThroughMs >= LAST_DAY_END_MS) {
    say('Demo: the flights are here from an earlier start.');
  } else {
    await play(options, api, progress);
  }
  await conclude(options, api, progress, outbox.directory);
}

function firstProgress(from: string | undefined): DemoProgress {
  const fromMs = Date.parse(`${from ?? DEFAULT_FROM}T00:00:00Z`);
  if (Number.isNaN(fromMs) || fromMs >= LAST_DAY_END_MS) {
    throw new Error(
      `--from ${from ?? ''} is not a day of the flights; give one from 2001-02-01 to 2001-06-30`,
    );
  }
  return { shiftMs: shiftMs(Date.now()), fromMs, sentThroughMs: fromMs };
}

async function play(options: DemoOptions, api: ApiClient, progress: DemoProgress): Promise<void> {
  const { say } = options;
  say('Demo: reading 3,000,000 real flights of 2001 and training a delay-risk model on half of January …');
  const flights = await readFlights();
  const training = trainingSet(flights);
  const model = trainDelayRisk(training.features, training.late);
  say(
    'Demo: registering model, segments, channels and the other half of January as baseline, through the public API …',
  );
  await registerDemo(api, demoChannels(loadConfig().demo, options.sinkPorts));
  const baseline = await registerBaseline(api, () => baselineCsv(flights, model, progress.shiftMs));
  if (baseline !== null) {
    say(`Demo: baseline of ${baseline.rows.toLocaleString('en')} rows; monitors made from it:`);
    for (const { id, thresholds } of baseline.monitors) say(`        ${id} ${JSON.stringify(thresholds)}`);
  }
  await replayFlights(options, { flights, model, progress, api });
}

type Playing = { flights: Flights; model: DelayRiskModel; progress: DemoProgress; api: ApiClient };

async function replayFlights(
  options: DemoOptions,
  { flights, model, progress, api }: Playing,
): Promise<void> {
  const { say, signal } = options;
  const config = loadConfig();
  const topics = config.topics.projects[PROJECT];
  if (topics === undefined)
    throw new Error(`no topics are mapped to project '${PROJECT}'; add it to topics.projects`);
  const logger = createLogger({ logLevel: 'error' }, 'demo');
  const producer = createProducer({ connection: { ...config.kafka, brokers: options.kafkaBrokers, logger } });
  const publish = (stream: 'predictions' | 'groundTruth', messages: ReplayMessage[]) =>
    producer.send(topics[stream], messages, signal);
  say(
    `Demo: replaying flights; from ${day(FAULT.fromMs)} on, ${FAULT.hub} sends kilometres instead of miles (shown as ${day(FAULT.fromMs + progress.shiftMs)}).`,
  );
  const watch = watchForFault(options, api, progress.shiftMs);
  const fromMs = Math.max(progress.fromMs, progress.sentThroughMs - RESUME_OVERLAP_MS);
  const pace = pacer({ evaluatedThroughMs: () => evaluatedThrough(api, progress.shiftMs), signal }, fromMs);
  let saidAtMs = 0;
  try {
    await replay({
      flights,
      model,
      fromMs,
      pace,
      toMs: LAST_DAY_END_MS,
      shiftMs: progress.shiftMs,
      publish,
      signal,
      onHour: ({ hourMs, predictions, labels }) => {
        if (Date.now() - saidAtMs < SAY_EVERY_MS) return;
        saidAtMs = Date.now();
        void writeProgress(options.home, { ...progress, sentThroughMs: hourMs });
        say(`Demo: ${day(hourMs)} · ${(predictions + labels).toLocaleString('en')} events sent`);
      },
    });
  } finally {
    await producer.close();
  }
  if (!signal.aborted) await writeProgress(options.home, { ...progress, sentThroughMs: LAST_DAY_END_MS });
  await watch;
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Says when the injected fault is found; gives up with the evaluations. */
async function watchForFault(
  { say, signal, home }: DemoOptions,
  api: ApiClient,
  shift: number,
): Promise<void> {
  const deadline = Date.now() + EVALUATION_TIMEOUT_MS;
  while (Date.now() < deadline && !signal.aborted) {
    const found = (await listAlerts(api).catch(() => [])).find(isFaultAlert);
    if (found !== undefined) {
      say(`Demo: ALERT ${describeAlert(found, shift)} – see ${join(home, 'outbox')}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function conclude(
  options: DemoOptions,
  api: ApiClient,
  { shiftMs: shift }: DemoProgress,
  outbox: string,
): Promise<void> {
  const { say, signal } = options;
  say('Demo: waiting until the last day is evaluated …');
  const evaluated = await waitForEvaluations(api, shift, { timeoutMs: EVALUATION_TIMEOUT_MS, signal });
  if (signal.aborted) return;
  if (!evaluated) say('Demo: the last days are not evaluated yet; they will be in the background.');
  const alerts = await listAlerts(api);
  say('\nWhat happened:');
  for (const line of await accountingLines(api)) say(`  ${line}`);
  for (const alert of alerts.toSorted((a, b) => (a.openedAt < b.openedAt ? -1 : 1))) {
    say(`  ${isFaultAlert(alert) ? '→' : ' '} ${describeAlert(alert, shift)}`);
  }
  say('\nWhere to look:');
  say(`  pages      ${options.publicUrl}/models/${PROJECT}/${MODEL} (sign in with the admin key)`);
  say(`  API        ${options.publicUrl}/docs`);
  say(`  messages   ${outbox}`);
  if (options.grafanaUrl !== undefined) say(`  Grafana    ${options.grafanaUrl}`);
}
