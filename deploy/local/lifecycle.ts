import { pollUntil } from './polling.js';
import { isPortFree, portInUseMessage, portUser } from './ports.js';
import { StackProblem } from './problem.js';
import { findByMarker, hasEnded, isAlive, type ProcessRecord } from './process-identity.js';
import { lastLines, startDetached, stopProcess } from './processes.js';
import type { LocalService } from './service.js';
import { logFile, type StackSettings } from './settings.js';

const intervalMs = 100;
const probeTries = 3;
const deathGraceMs = 10_000;
/** A port of a process that has just died is not always free at once. */
const portGraceMs = 1_000;

export type Provided = { readonly record: ProcessRecord; readonly how: 'started' | 'reused' };

/** The running process of a service: the recorded one, else one found by its command line. */
export async function findRunning(
  service: Pick<LocalService, 'marker'>,
  recorded: ProcessRecord | undefined,
): Promise<ProcessRecord | undefined> {
  if (recorded?.marker === service.marker && (await isAlive(recorded))) return recorded;
  return findByMarker(service.marker);
}

/** A process that was just killed still holds its ports and files for a moment; it is given that moment. */
async function awaitDeath(recorded: ProcessRecord | undefined): Promise<void> {
  if (!recorded) return;
  const check = async (): Promise<boolean> => (await isAlive(recorded)) || (await hasEnded(recorded));
  await pollUntil({ check, intervalMs, deadlineMs: deathGraceMs });
}

async function requireFreePorts(service: LocalService): Promise<void> {
  for (const { label, port } of service.ports) {
    const check = (): Promise<boolean> => isPortFree(port);
    if (await pollUntil({ check, intervalMs, deadlineMs: portGraceMs })) continue;
    const remedy = `set ${service.variable} to use a ${service.title} that runs already, or choose other ports with --port-offset 100`;
    throw new StackProblem(portInUseMessage(label, port, await portUser(port), remedy));
  }
}

async function waitReady(
  service: LocalService,
  record: ProcessRecord,
  settings: StackSettings,
): Promise<void> {
  const log = logFile(settings.home, service.name);
  const check = async (): Promise<boolean> => !(await isAlive(record)) || service.probe();
  const settled = await pollUntil({
    check,
    intervalMs,
    deadlineMs: service.readyMs,
    signal: settings.signal,
  });
  const alive = await isAlive(record);
  if (settled && alive) return;
  const what = alive ? `did not answer within ${service.readyMs / 1000} s` : 'ended while starting';
  throw new StackProblem(
    `${service.title} ${what}: its log ${log} says why. Its last lines:\n${await lastLines(log, 8)}`,
  );
}

/** Whether a process left over from before serves; one that still starts gets its normal time. */
async function isServing(
  service: LocalService,
  record: ProcessRecord,
  settings: StackSettings,
): Promise<boolean> {
  for (let tries = 0; tries < probeTries; tries += 1) if (await service.probe()) return true;
  settings.say(`${service.title} runs (pid ${record.pid}) but does not answer yet; waiting for it.`);
  return waitReady(service, record, settings).then(
    () => true,
    () => {
      settings.signal?.throwIfAborted();
      return false;
    },
  );
}

/**
 * Makes the service run and answer: a healthy process is used as it is, a sick one is replaced, else one is started. `onStart` hears of
 * the process before it is ready, so that it can be remembered and stopped again whatever happens next.
 */
export async function provide(
  service: LocalService,
  recorded: ProcessRecord | undefined,
  settings: StackSettings,
  onStart: (record: ProcessRecord) => Promise<void>,
): Promise<Provided> {
  await awaitDeath(recorded);
  const found = await findRunning(service, recorded);
  if (found) {
    if (await isServing(service, found, settings)) return { record: found, how: 'reused' };
    settings.say(`${service.title} (pid ${found.pid}) does not answer; starting it anew.`);
    await stop(service, found);
  }
  await requireFreePorts(service);
  await service.prepare();
  const command = await service.command();
  settings.signal?.throwIfAborted();
  const startMs = Date.now();
  const record = await startDetached(command, service.marker, logFile(settings.home, service.name));
  await onStart(record);
  await waitReady(service, record, settings);
  settings.say(`${service.title} is ready (${((Date.now() - startMs) / 1000).toFixed(1)} s).`);
  return { record, how: 'started' };
}

/** Stops the service's process, hard if it must be. */
export async function stop(service: LocalService, record: ProcessRecord): Promise<void> {
  await stopProcess(record, service.stopMs);
}
