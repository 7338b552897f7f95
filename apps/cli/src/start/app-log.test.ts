import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppLog, terminalLine } from './app-log.js';

describe('terminalLine', () => {
  it.each([
    ['information, which only the file keeps', '{"level":30,"msg":"all well"}', undefined],
    ['a warning', '{"level":40,"msg":"slow"}', '[ingest] WARN slow'],
    [
      'an error with its cause',
      '{"level":50,"msg":"insert failed","err":{"message":"timeout"}}',
      '[ingest] ERROR insert failed: timeout',
    ],
    [
      'an error that is its message',
      '{"level":50,"msg":"timeout","err":{"message":"timeout"}}',
      '[ingest] ERROR timeout',
    ],
    ['plain text, such as a stack', '    at main.js:1', '[ingest]     at main.js:1'],
    ['an empty line', '', undefined],
    ['JSON that is no entry', '7', '[ingest] 7'],
    ['an entry without a message', '{"level":60}', '[ingest] FATAL {"level":60}'],
  ])('shows %s', (_name, line, expected) => {
    expect(terminalLine('ingest', line)).toBe(expected);
  });

  it('is bounded', () => {
    expect(
      terminalLine('api', JSON.stringify({ level: 50, msg: 'x'.repeat(100_000) }))?.length,
    ).toBeLessThanOrEqual(2_000);
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
