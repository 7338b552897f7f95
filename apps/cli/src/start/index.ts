import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '#libs/platform';
import {
  loadSecretKey,
  readIfThere,
  reasonOf,
  requireDisk,
  type StackAddresses,
} from '../../../../deploy/local/index.js';
import { migrateStore } from '../migrate.js';
import { say, stackSettings } from '../settings.js';
import { appPorts, planApps, stopOrder, type AppPlan } from './app-plan.js';
import { playDemo } from './demo.js';
import { OwnedServices } from './owned-services.js';
import { requirePorts } from './require-ports.js';
import { takeRunLock } from './run-lock.js';
import { stopStrayApps } from './stray-apps.js';
import { SupervisedApp } from './supervised-app.js';

export type StartOptions = {
  readonly demo: boolean;
  readonly from?: string;
  readonly portOffset?: number | undefined;
};

type Undo = () => Promise<void>;

const mendEveryMs = 5_000;
const stopMarginMs = 5_000;

const adminKeyFile = (home: string): string => join(home, 'admin.key');
const readAdminKey = async (home: string): Promise<string | undefined> =>
  (await readIfThere(adminKeyFile(home)))?.trim();

async function startApps(
  config: Config,
  plans: readonly AppPlan[],
  undo: Undo[],
  signal: AbortSignal,
): Promise<void> {
  const apps = plans.map((plan) => new SupervisedApp(plan, config.home));
  undo.push(async () => {
    for (const name of stopOrder) {
      await apps.find(({ plan }) => plan.name === name)?.stop(config.shutdownMs + stopMarginMs);
    }
  });
  say('Starting api, ingest and worker …');
  for (const app of apps) app.start();
  await Promise.all(apps.map((app) => app.ready(signal)));
}

/** Starts dead services again until the stop, one round at a time. */
async function watchServices(services: OwnedServices, signal: AbortSignal): Promise<void> {
  const pause = (): Promise<boolean> => delay(mendEveryMs, true, { signal }).catch(() => false);
  while (await pause()) {
    await services.mend().catch((error: unknown) => {
      if (!signal.aborted) say(reasonOf(error));
    });
  }
}

function announce(config: Config, addresses: StackAddresses, plans: readonly AppPlan[]): void {
  say(`Plumbline runs at ${config.publicUrl} (API documentation: ${config.publicUrl}/docs).`);
  say(
    `Send events to Kafka at ${addresses.kafkaBrokers}. Metrics: ${plans.map(({ url }) => `${url}/metrics`).join(' ')}`,
  );
  if (addresses.grafanaUrl !== undefined) say(`Grafana: ${addresses.grafanaUrl}`);
  say(`Logs: ${join(config.home, 'logs')}. Ctrl-C stops everything.`);
}

/** The key is shown once, on the start that made it; afterwards only the file has it. */
function announceKey(home: string, key: string | undefined, hadKey: boolean): void {
  if (key === undefined || hadKey) return;
  say(
    `\nAdmin key, shown only this once (kept in ${adminKeyFile(home)}, readable by you alone):\n  ${key}\n`,
  );
}

async function serve(
  config: Config,
  options: StartOptions,
  undo: Undo[],
  signal: AbortSignal,
): Promise<void> {
  const { home, http } = config;
  await stopStrayApps(home);
  await requirePorts(appPorts(http), options.demo);
  const services = new OwnedServices(stackSettings(config, { portOffset: options.portOffset, signal }));
  undo.push(() => services.down());
  const addresses = await services.up();
  await migrateStore(config, addresses);
  signal.throwIfAborted();
  const hadKey = (await readAdminKey(home)) !== undefined;
  const plans = planApps({
    config,
    addresses,
    generatedKey: await loadSecretKey(home),
    withDemo: options.demo,
  });
  await startApps(config, plans, undo, signal);
  const key = await readAdminKey(home);
  announceKey(home, key, hadKey);
  announce(config, addresses, plans);
  const watching = watchServices(services, signal);
  undo.push(() => watching);
  if (options.demo) await startDemo(config, options, { addresses, key, signal, plans });
  if (!signal.aborted) await once(signal, 'abort');
}

type DemoInput = {
  addresses: StackAddresses;
  key: string | undefined;
  signal: AbortSignal;
  plans: readonly AppPlan[];
};

async function startDemo(config: Config, options: StartOptions, input: DemoInput): Promise<void> {
  const { addresses, key, signal, plans } = input;
  if (key === undefined) {
    say(
      `The demo needs the admin key in ${adminKeyFile(config.home)}, which is not there; Plumbline runs without the demo.`,
    );
    return;
  }
  const { slackSink, smtpSink } = appPorts(config.http);
  await playDemo({
    apiUrl: plans.find(({ name }) => name === 'api')?.url ?? config.publicUrl,
    publicUrl: config.publicUrl,
    adminKey: key,
    kafkaBrokers: addresses.kafkaBrokers.split(','),
    home: config.home,
    sinkPorts: { slack: slackSink, smtp: smtpSink },
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(addresses.grafanaUrl === undefined ? {} : { grafanaUrl: addresses.grafanaUrl }),
    say,
    signal,
  });
}

/**
 * Brings up the services, migrates, runs the three apps and, unless declined, the demo, until the signal aborts; then stops what it
 * started, in the reverse order. Throws StackProblem for what the user can mend.
 */
export async function start(config: Config, options: StartOptions, signal: AbortSignal): Promise<void> {
  await requireDisk(config.home);
  const undo: Undo[] = [await takeRunLock(config.home)];
  try {
    await serve(config, options, undo, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const step of undo.toReversed())
      await step().catch((error: unknown) => say(`While stopping: ${reasonOf(error)}`));
    if (signal.aborted) say('Stopped.');
  }
}
