import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProcessRecord } from './process-identity.js';
import { serviceNames, type ServiceName, type StackPorts } from './settings.js';

/** What the last start left behind, so that the next command knows what is ours. */
export type StackState = {
  readonly version: 1;
  readonly engine: 'processes' | 'containers';
  readonly ports: StackPorts;
  readonly processes: Partial<Record<ServiceName, ProcessRecord>>;
};

const portNames = ['kafka', 'kafkaController', 'clickhouseHttp', 'clickhouseTcp', 'redis'] as const;

export const stateFile = (home: string): string => join(home, 'stack.json');

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}

/** A process record out of JSON, or nothing when it has another shape. */
export function parseRecord(value: unknown): ProcessRecord | undefined {
  if (!isObject(value)) return undefined;
  const { pid, startToken, marker, startedAt } = value;
  if (!Number.isInteger(pid) || Number(pid) <= 1) return undefined;
  if (typeof startToken !== 'string' || typeof marker !== 'string' || typeof startedAt !== 'string')
    return undefined;
  return { pid: Number(pid), startToken, marker, startedAt };
}

function parsePorts(value: unknown): StackPorts | undefined {
  if (!isObject(value) || !portNames.every((name) => isPort(value[name]))) return undefined;
  return Object.fromEntries(portNames.map((name) => [name, value[name]])) as StackPorts;
}

/** The state out of the file's text; nothing when it is torn or of another version: the processes are then found by their command line. */
export function parseState(text: string): StackState | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(raw) || raw['version'] !== 1) return undefined;
  const engine = raw['engine'];
  const ports = parsePorts(raw['ports']);
  const listed = raw['processes'];
  if ((engine !== 'processes' && engine !== 'containers') || !ports || !isObject(listed)) return undefined;
  const processes: Partial<Record<ServiceName, ProcessRecord>> = {};
  for (const name of serviceNames) {
    const record = parseRecord(listed[name]);
    if (record) processes[name] = record;
  }
  return { version: 1, engine, ports, processes };
}

/** Text of a file, or nothing when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function readState(home: string): Promise<StackState | undefined> {
  const text = await readIfThere(stateFile(home));
  return text === undefined ? undefined : parseState(text);
}

/** Replaces a file in one step, so that a reader or a crash never sees half of it. */
export async function writeWhole(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, text, { mode });
  await rename(partial, path);
}

export async function writeState(home: string, state: StackState): Promise<void> {
  await writeWhole(stateFile(home), `${JSON.stringify(state, null, 2)}\n`);
}

export async function clearState(home: string): Promise<void> {
  await rm(stateFile(home), { force: true });
}
