import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCredentials, loadSecretKey } from './credentials.js';
import { defaultPorts } from './settings.js';
import {
  clearState,
  parseState,
  readState,
  stateFile,
  writeState,
  writeWhole,
  type StackState,
} from './state.js';

const record = {
  pid: 4242,
  startToken: '123',
  marker: '/home/kafka/server.properties',
  startedAt: '2026-01-01T00:00:00Z',
};
const state: StackState = {
  version: 1,
  engine: 'processes',
  ports: defaultPorts,
  processes: { kafka: record },
};
const withChange = (change: Record<string, unknown>): string => JSON.stringify({ ...state, ...change });

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-state-'));
});
afterEach(() => rm(home, { recursive: true }));

describe('parseState', () => {
  it('gives back what was written', () => {
    expect(parseState(JSON.stringify(state))).toEqual(state);
  });

  it.each([
    ['a torn file', JSON.stringify(state).slice(0, 60)],
    ['an empty file', ''],
    ['another version', withChange({ version: 2 })],
    ['an unknown engine', withChange({ engine: 'magic' })],
    ['a missing port', withChange({ ports: { ...defaultPorts, redis: undefined } })],
    ['a port out of range', withChange({ ports: { ...defaultPorts, redis: 70_000 } })],
    ['a list', '[]'],
    ['null', 'null'],
  ])('knows nothing from %s', (_name, text) => {
    expect(parseState(text)).toBeUndefined();
  });

  it.each([
    ['init, which is never ours', { ...record, pid: 1 }],
    ['a process group', { ...record, pid: -4242 }],
    ['a pid as text', { ...record, pid: '4242' }],
    ['no start time', { ...record, startToken: undefined }],
  ])('drops a record of %s, so that it is never signalled', (_name, broken) => {
    expect(parseState(withChange({ processes: { kafka: broken, redis: record } }))?.processes).toEqual({
      redis: record,
    });
  });
});

describe('the files of a home', () => {
  it('are read back, and a missing one is no error', async () => {
    expect(await readState(home)).toBeUndefined();
    await writeState(home, state);
    expect(await readState(home)).toEqual(state);
    await clearState(home);
    expect(await readState(home)).toBeUndefined();
  });

  it('are replaced whole', async () => {
    await writeWhole(stateFile(home), 'one');
    await writeWhole(stateFile(home), 'two');
    expect(await readFile(stateFile(home), 'utf8')).toBe('two');
  });

  it('keep secrets from other users, and keep them the same', async () => {
    const made = [await loadCredentials(home), await loadSecretKey(home)];
    expect([await loadCredentials(home), await loadSecretKey(home)]).toEqual(made);
    expect(Buffer.from(await loadSecretKey(home), 'base64')).toHaveLength(32);
    for (const name of ['credentials.json', 'secret.key']) {
      expect((await stat(join(home, name))).mode & 0o077).toBe(0);
    }
  });

  it('make new passwords when the old file is torn', async () => {
    const { clickhousePassword } = await loadCredentials(home);
    await writeWhole(join(home, 'credentials.json'), '{"clickhouseUser":');
    const renewed = await loadCredentials(home);
    expect(renewed.clickhousePassword).not.toBe(clickhousePassword);
    expect(renewed.clickhousePassword.length).toBeGreaterThanOrEqual(32);
  });
});
