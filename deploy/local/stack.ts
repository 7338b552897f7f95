import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clickhouseService } from './clickhouse.js';
import {
  containerKill,
  containersAddresses,
  containersDown,
  containersStop,
  containersUp,
  hasContainers,
} from './containers.js';
import { loadCredentials } from './credentials.js';
import { kafkaService } from './kafka.js';
import { findRunning, provide, stop } from './lifecycle.js';
import { takeLock } from './lock.js';
import { reasonOf, StackProblem } from './problem.js';
import type { ProcessRecord } from './process-identity.js';
import { killProcess } from './processes.js';
import { redisService } from './redis.js';
import { hasJava, requireDisk } from './requirements.js';
import type { LocalService, ServiceContext } from './service.js';
import {
  defaultPorts,
  serviceNames,
  servicesToProvide,
  withoutSignal,
  type ServiceName,
  type StackAddresses,
  type StackPorts,
  type StackSettings,
} from './settings.js';
import { clearState, readState, writeState, type StackState } from './state.js';

const lockWaitMs = 180_000;

export type UpResult = {
  readonly addresses: StackAddresses;
  /** Services that this call started; the caller may stop them again with `down`. */
  readonly started: readonly ServiceName[];
};

const makers: Record<ServiceName, (context: ServiceContext) => LocalService> = {
  kafka: kafkaService,
  clickhouse: clickhouseService,
  redis: redisService,
};

/** Runs `work` as the only command on this home's stack. */
async function alone<T>(settings: StackSettings, work: () => Promise<T>): Promise<T> {
  const path = join(settings.home, 'stack.lock');
  const release = await takeLock({
    path,
    purpose: 'Starting or stopping the local stack',
    waitMs: lockWaitMs,
    ...settings,
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

async function contextOf(settings: StackSettings, state: StackState | undefined): Promise<ServiceContext> {
  const ports = settings.ports ?? state?.ports ?? defaultPorts;
  return { settings, ports, credentials: await loadCredentials(settings.home) };
}

function addressesOf({ settings, ports, credentials }: ServiceContext): StackAddresses {
  const { kafkaBrokers, clickhouse, redisUrl } = settings.configured;
  return {
    kafkaBrokers: kafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
    clickhouseUrl: clickhouse?.url ?? `http://127.0.0.1:${ports.clickhouseHttp}`,
    clickhouseUser: clickhouse?.user ?? credentials.clickhouseUser,
    clickhousePassword: clickhouse?.password ?? credentials.clickhousePassword,
    redisUrl: redisUrl ?? `redis://127.0.0.1:${ports.redis}`,
  };
}

const samePorts = (one: StackPorts, other: StackPorts): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Other ports cannot be given to processes that already run. */
async function refuseMove(
  context: ServiceContext,
  state: StackState | undefined,
  names: readonly ServiceName[],
): Promise<void> {
  if (!state || samePorts(context.ports, state.ports)) return;
  for (const name of names) {
    const service = makers[name](context);
    if (await findRunning(service, state.processes[name])) {
      throw new StackProblem(
        `${service.title} already runs on other ports: stop it with "plumbline stack down", then start again with the new ones.`,
      );
    }
  }
}

/** Starts what is missing, in parallel. When one fails, what this call started is stopped again and the first reason is thrown. */
async function startProcesses(
  context: ServiceContext,
  state: StackState | undefined,
  names: readonly ServiceName[],
): Promise<ServiceName[]> {
  const { settings, ports } = context;
  const processes: Partial<Record<ServiceName, ProcessRecord>> = { ...state?.processes };
  const begun: { service: LocalService; record: ProcessRecord }[] = [];
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving.then(() =>
      writeState(settings.home, { version: 1, engine: 'processes', ports, processes }),
    );
    return saving;
  };
  const outcomes = await Promise.allSettled(
    names.map(async (name) => {
      const service = makers[name](context);
      const provided = await provide(service, processes[name], settings, async (record) => {
        begun.push({ service, record });
        processes[name] = record;
        await save();
      });
      processes[name] = provided.record;
      return provided.how === 'started' ? name : undefined;
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (failures.length > 0) {
    await Promise.all(begun.map(({ service, record }) => stop(service, record)));
    for (const { service } of begun) Reflect.deleteProperty(processes, service.name);
    await save();
    settings.signal?.throwIfAborted();
    throw failures.every((failure) => failure instanceof StackProblem)
      ? new StackProblem(failures.map(reasonOf).join('\n'))
      : failures.find((failure) => !(failure instanceof StackProblem));
  }
  await save();
  return outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : [],
  );
}

async function wantsContainers(settings: StackSettings, state: StackState | undefined): Promise<boolean> {
  if (settings.containers === 'never' || state?.engine === 'processes') return false;
  if (settings.containers === 'fallback' && (await hasJava())) return false;
  return hasContainers();
}

async function tryContainers(
  context: ServiceContext,
  names: readonly ServiceName[],
): Promise<UpResult | undefined> {
  const { settings, ports } = context;
  const before = await readState(settings.home);
  await writeState(settings.home, { version: 1, engine: 'containers', ports, processes: {} });
  try {
    await containersUp(context, names);
    const started = before?.engine === 'containers' ? [] : [...names];
    return { addresses: { ...addressesOf(context), ...containersAddresses() }, started };
  } catch (cause) {
    settings.signal?.throwIfAborted();
    settings.say(
      `The container engine could not start the services, so local processes are used. ${reasonOf(cause)}`,
    );
    await containersDown(context, false).catch(() => undefined);
    await clearState(settings.home);
    return undefined;
  }
}

/**
 * Brings the stack up: services with a configured address are left alone, the others are reused when healthy and started when not.
 * Can be called as often as one likes. Throws StackProblem with one sentence per thing to mend.
 */
export async function up(
  settings: StackSettings,
  only: readonly ServiceName[] = serviceNames,
): Promise<UpResult> {
  const names = servicesToProvide(settings.configured).filter((name) => only.includes(name));
  await requireDisk(settings.home);
  return alone(settings, async () => {
    const state = await readState(settings.home);
    const context = await contextOf(settings, state);
    if (names.length === 0) return { addresses: addressesOf(context), started: [] };
    if (await wantsContainers(settings, state)) {
      const result = await tryContainers(context, names);
      if (result) return result;
    }
    await refuseMove(context, state, names);
    const started = await startProcesses(context, state, names);
    return { addresses: addressesOf(context), started };
  });
}

/**
 * Stops what was started here, and nothing else. Without `only`, all of it. Returns the names of what was stopped. A stop that was
 * begun is finished, whatever the settings' signal says.
 */
export async function down(
  asked: StackSettings,
  only: readonly ServiceName[] = serviceNames,
): Promise<ServiceName[]> {
  const settings = withoutSignal(asked);
  return alone(settings, async () => {
    const state = await readState(settings.home);
    const context = await contextOf(settings, state);
    if (state?.engine === 'containers') {
      if (only.length < serviceNames.length) await containersStop(context, only);
      else {
        await containersDown(context, false);
        await clearState(settings.home);
      }
      return [...only];
    }
    const stopped = await Promise.all(only.map((name) => stopOne(context, state, name)));
    if (only.length === serviceNames.length) await clearState(settings.home);
    return stopped.flatMap((name) => (name ? [name] : []));
  });
}

async function stopOne(
  context: ServiceContext,
  state: StackState | undefined,
  name: ServiceName,
): Promise<ServiceName | undefined> {
  const service = makers[name](context);
  const record = await findRunning(service, state?.processes[name]);
  if (!record) return undefined;
  await stop(service, record);
  return name;
}

/** Kills one service's process as a crash would (SIGKILL); for tests of recovery. */
export async function kill(settings: StackSettings, name: ServiceName): Promise<void> {
  const state = await readState(settings.home);
  const context = await contextOf(settings, state);
  if (state?.engine === 'containers') return containerKill(context, name);
  const service = makers[name](context);
  const record = await findRunning(service, state?.processes[name]);
  if (!record) throw new StackProblem(`${service.title} does not run here, so it cannot be killed.`);
  await killProcess(record);
}

export type ServiceStatus = {
  readonly name: ServiceName;
  readonly state: 'ready' | 'not answering' | 'stopped' | 'configured elsewhere' | 'container';
  readonly address: string;
  readonly pid?: number;
  readonly startedAt?: string;
};

function addressOf(name: ServiceName, addresses: StackAddresses): string {
  const table: Record<ServiceName, string> = {
    kafka: addresses.kafkaBrokers,
    clickhouse: addresses.clickhouseUrl,
    redis: addresses.redisUrl,
  };
  const text = table[name];
  return URL.canParse(text) ? new URL(text).origin.replace('null', `redis://${new URL(text).host}`) : text;
}

/** What runs where; never shows a password. */
export async function status(settings: StackSettings): Promise<ServiceStatus[]> {
  const state = await readState(settings.home);
  const context = await contextOf(settings, state);
  const provided = servicesToProvide(settings.configured);
  return Promise.all(
    serviceNames.map(async (name): Promise<ServiceStatus> => {
      const address = addressOf(name, addressesOf(context));
      if (!provided.includes(name)) return { name, state: 'configured elsewhere', address };
      if (state?.engine === 'containers') return { name, state: 'container', address };
      const service = makers[name](context);
      const record = await findRunning(service, state?.processes[name]);
      if (!record) return { name, state: 'stopped', address };
      const answers = await service.probe();
      return {
        name,
        state: answers ? 'ready' : 'not answering',
        address,
        pid: record.pid,
        startedAt: record.startedAt,
      };
    }),
  );
}

/** Stops the stack and removes its data and the keys that belong to the data; downloads and the secret key stay. */
export async function reset(settings: StackSettings): Promise<void> {
  const state = await readState(settings.home);
  if (state?.engine === 'containers') await containersDown(await contextOf(settings, state), true);
  await down(settings);
  const data = [
    'kafka/data',
    'clickhouse',
    'redis/data',
    'credentials.json',
    'admin.key',
    'outbox',
    'demo.json',
  ];
  await Promise.all(data.map((path) => rm(join(settings.home, path), { recursive: true, force: true })));
}
