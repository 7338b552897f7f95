import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  containerKill,
  containersAddresses,
  containersDown,
  containersStop,
  containersUp,
  hasContainers,
} from './containers.js';
import { findRunning, stop } from './lifecycle.js';
import { takeLock } from './lock.js';
import { reasonOf, StackProblem } from './problem.js';
import { killProcess } from './processes.js';
import { hasJava, requireDisk } from './requirements.js';
import type { ServiceContext } from './service.js';
import {
  serviceNames,
  servicesToProvide,
  withoutSignal,
  type ServiceName,
  type StackAddresses,
  type StackSettings,
} from './settings.js';
import { addressesOf, contextOf, makers } from './stack-context.js';
import { refuseMove, startProcesses } from './start-processes.js';
import { clearState, readState, writeState, type StackState } from './state.js';

const lockWaitMs = 180_000;

export type UpResult = {
  readonly addresses: StackAddresses;
  /** Services that this call started; the caller may stop them again with `down`. */
  readonly started: readonly ServiceName[];
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
