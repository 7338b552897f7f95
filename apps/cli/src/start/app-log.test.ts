import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppLog, terminalLine, withoutKeys } from './app-log.js';

describe('terminalLine', () => {
  it.each([
    ['information, which only the file keeps', '{"level":"info","msg":"all well"}', undefined],
    ['a warning', '{"level":"warn","msg":"slow"}', '[ingest] WARN slow'],
    ['a level in numbers', '{"level":40,"msg":"slow"}', '[ingest] WARN slow'],
    [
      'an error with its cause',
      '{"level":"error","msg":"insert failed","err":{"message":"timeout"}}',
      '[ingest] ERROR insert failed: timeout',
    ],
    [
      'an error that is its message',
      '{"level":50,"msg":"timeout","err":{"message":"timeout"}}',
      '[ingest] ERROR timeout',
    ],
    ['an entry without a message', '{"level":60}', '[ingest] FATAL {"level":60}'],
    ['an entry without a level', '{"msg":"x"}', undefined],
    ['the stack of a crash', '    at main.js:1', '[ingest]     at main.js:1'],
    ['an empty line', '', undefined],
    ['JSON that is no entry', '7', '[ingest] 7'],
  ])('shows %s', (_name, line, expected) => {
    expect(terminalLine('ingest', line, true)).toBe(expected);
  });

  it('leaves plain text of the normal output to the file', () => {
    expect(terminalLine('api', 'hello', false)).toBeUndefined();
  });

  it('is bounded', () => {
    const line = JSON.stringify({ level: 50, msg: 'x'.repeat(100_000) });
    expect(terminalLine('api', line, false)?.length).toBeLessThanOrEqual(2_000);
  });
});

describe('withoutKeys', () => {
  it.each([
    ['  pl_H2DEG021EhTRa8a3CyyfGX9fqXpcXYPfmerOkw', '  pl_(hidden)'],
    ['{"key":"pl_abcdefgh-jklmnop_qrs","n":1}', '{"key":"pl_(hidden)","n":1}'],
    ['a plain pl_word and amp_pl_abcdefghijklmnopqrst', 'a plain pl_word and amp_pl_abcdefghijklmnopqrst'],
  ])('turns %j into %j', (line, expected) => {
    expect(withoutKeys(line)).toBe(expected);
  });
});

describe('AppLog', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('appends, and moves a large file aside', async () => {
    const path = join(folder, 'logs', 'api.log');
    const log = new AppLog(path, 20);
    log.open();
    for (const line of ['one', 'two', 'a line that fills it', 'three']) log.write(line);
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('three\n');
    await expect.poll(() => readFile(`${path}.1`, 'utf8')).toBe('one\ntwo\na line that fills it\n');
    const again = new AppLog(path, 20);
    again.open();
    again.write('four');
    await again.close();
    expect(await readFile(path, 'utf8')).toBe('three\nfour\n');
  });
});
