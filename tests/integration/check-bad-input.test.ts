import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breached, checkFixture, csv, findingOf, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

const spread = (i: number): number => ((i * 7_919) % 1_000) / 100;
const good = csv(
  'good.csv',
  rows('x,k', 1_000, (i) => `${spread(i)},k${i % 4}`),
);

describe('refused in one sentence that names the file', () => {
  test.each([
    { name: 'an empty file', current: { name: 'e.csv', text: '' }, says: /--current .*e\.csv: is empty/ },
    {
      name: 'a header only',
      current: { name: 'h.csv', text: 'x,k\n' },
      says: /--current .*h\.csv: holds no rows/,
    },
    {
      name: 'an unknown ending',
      current: { name: 'x.xlsx', text: 'x' },
      says: /x\.xlsx: has an unknown ending/,
    },
    {
      name: 'no whole Parquet',
      current: { name: 't.parquet', text: 'PAR1abcdefgh' },
      says: /t\.parquet: is cut off/,
    },
    {
      name: 'a damaged Parquet',
      current: { name: 'd.parquet', text: `PAR1${'x'.repeat(100)}PAR1` },
      says: /d\.parquet: is damaged/,
    },
    {
      name: 'one name twice',
      current: csv('t.csv', ['x,x', '1,2']),
      says: /t\.csv: column 'x' is there twice/,
    },
    {
      name: 'zero bytes',
      current: csv('z.csv', ['x,k\u0000', '1,2']),
      says: /z\.csv: holds zero bytes/,
    },
    {
      name: 'Latin-1',
      current: { name: 'w.csv', text: Buffer.from('x,k\n1,caf\xe9\n', 'latin1') },
      says: /w\.csv: is not UTF-8: line 2/,
    },
    {
      name: 'a row that is too long',
      current: csv('l.csv', ['x,k', '1,a', '2,b,c']),
      says: /l\.csv: row 2 \(line 3\) has 3 fields, the header has 2/,
    },
    {
      name: 'JSON that is none',
      current: { name: 'j.jsonl', text: '{"x": 1}\n{"x": \n' },
      says: /j\.jsonl: line 2 is no JSON object: it ends in the middle/,
    },
  ])('$name', async ({ current, says }) => {
    await expect(fixture.check({ baseline: good, current })).rejects.toThrow(says);
  });

  test('a file that is not there, and a folder', async () => {
    const baseline = fixture.write(good);
    await expect(fixture.checkPaths({ baseline, current: `${fixture.folder}/none.csv` })).rejects.toThrow(
      /none\.csv: there is no such file/,
    );
    await expect(fixture.checkPaths({ baseline, current: fixture.folder })).rejects.toThrow(/is not a file/);
  });
});

describe('a configuration is refused with its line', () => {
  test.each([
    { config: 'windows: { rows: 5 }', says: "line 1: unknown key 'windows'; did you mean 'window'?" },
    {
      config: 'monitors:\n  - kind: drift\n    treshold: { psi: 1 }',
      says: "line 3: unknown key 'treshold' in monitors.0; did you mean 'thresholds'?",
    },
    { config: 'monitors:\n  - kind: drfit', says: 'line 2: monitors.0.kind must be one of' },
    { config: 'monitors:\n  - kind: drift\n    thresholds: { pssi: 0.2 }', says: "did you mean 'psi'?" },
    {
      config: 'monitors:\n  - kind: drift\n    thresholds: { accuracy: 0.2 }',
      says: "does not compute 'accuracy'",
    },
    {
      config: 'segments:\n  - name: r\n    where: { column: regoin, equals: 1 }',
      says: "line 3: there is no column 'regoin'",
    },
    { config: 'segments: [{ name: r, by: kk }]', says: "there is no column 'kk'; did you mean 'k'?" },
    { config: 'segments: [{ name: r, where: { colum: k, equals: 1 } }]', says: "'colum'" },
    { config: 'columns: { time: t }', says: "there is no column 't'" },
    { config: 'window: { every: PT7H }', says: 'windows of time need a time column' },
    { config: 'window: { rows: 5, every: PT1H }', says: 'give rows or every, not both' },
    { config: 'window: { rows: 1, a: [', says: 'is no YAML' },
    { config: 'monitors: [{ kind: drift }, { kind: drift }]', says: "there are two monitors 'drift'" },
  ])('$config', async ({ config, says }) => {
    await expect(fixture.check({ baseline: good, current: good, config })).rejects.toThrow(says);
  });
});

describe('a bad column costs findings, not the run', () => {
  test('one row, constants, nothing but nulls, infinities and the ends of what a number can be', async () => {
    const header = 'one,none,wide,odd,x';
    const wide = ['1e308', '-1e308', '5e-324', '0', '-0'];
    const odd = ['inf', '-inf', 'NaN', '1', '2'];
    const lines = rows(header, 1_000, (i) => `7,,${wide[i % 5] ?? ''},${odd[i % 5] ?? ''},${spread(i)}`);
    const report = parsed(
      await fixture.check({ baseline: csv('a.csv', lines), current: csv('b.csv', lines) }),
    );
    expect(report.summary.by_status).not.toHaveProperty('failed');
    expect(breached(report)).toEqual([]);
    expect(findingOf(report, { feature: 'none', metric: 'missing_rate' })).toMatchObject({ value: 1 });
    const single = parsed(
      await fixture.check({ baseline: csv('a.csv', lines), current: csv('b.csv', lines.slice(0, 2)) }),
    );
    expect(single.summary.by_status.not_enough_data).toBeGreaterThan(0);
    expect(breached(single)).toEqual([]);
  });

  test('a number that became a text is invalid, and said', async () => {
    const now = csv(
      'b.csv',
      rows('x,k', 1_000, (i) => `high ${i % 3},k${i % 4}`),
    );
    const report = parsed(await fixture.check({ baseline: good, current: now }));
    expect(breached(report)).toContain('all=in x invalid_rate');
    expect(report.summary.warnings.join()).toContain(
      "'x' holds numbers in the baseline and text in the current file",
    );
  });

  test('columns of one side only are findings', async () => {
    const now = csv(
      'b.csv',
      rows('x,fare', 1_000, (i) => `${spread(i)},${i}`),
    );
    const report = parsed(await fixture.check({ baseline: good, current: now }));
    expect(breached(report)).toEqual(['all=in fare extra_column', 'all=in k missing_column']);
  });

  test('names with quotes, backslashes, SQL and our own words are harmless', async () => {
    const names = [
      "it's",
      'back\\slash',
      '"; DROP TABLE profiles --',
      '`tick`',
      'f0',
      't1',
      'row',
      'place',
      'num',
      '{b0: String}',
    ];
    const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
    const lines = rows(header, 500, (i) =>
      names.map((_, at) => (at % 2 === 0 ? spread(i + at) : `'v${(i + at) % 3}\\`)).join(','),
    );
    const report = parsed(
      await fixture.check({
        baseline: csv("a 'b' {c}.csv", lines),
        current: csv('d*?.csv', lines),
        config: `segments: [{ name: s, by: 'back\\slash' }]`,
      }),
    );
    expect(breached(report)).toEqual([]);
    const compared = new Set(report.findings.map(({ feature }) => feature));
    for (const name of names.filter((one) => one !== 'back\\slash')) expect(compared).toContain(name);
  });

  test('more columns than one statement takes', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `c${i}`).join(',');
    const lines = rows(names, 120, (i) =>
      Array.from({ length: 100 }, (_, at) => (i * 31 + at) % 97).join(','),
    );
    const report = parsed(
      await fixture.check({
        baseline: csv('a.csv', lines),
        current: csv('b.csv', lines),
        config: 'monitors: [{ kind: drift, metrics: [psi], thresholds: { psi: 0.2 } }]',
      }),
    );
    expect(new Set(report.findings.map(({ feature }) => feature)).size).toBe(100);
    expect(breached(report)).toEqual([]);
  });

  test('a line of many megabytes is one value that is too long', async () => {
    const long = csv('b.csv', [
      ...rows('x,k', 500, (i) => `${spread(i)},k${i % 4}`),
      `1,${'z'.repeat(20_000_000)}`,
    ]);
    const report = parsed(await fixture.check({ baseline: good, current: long }));
    expect(findingOf(report, { feature: 'k', metric: 'invalid_rate' })?.value).toBeCloseTo(1 / 501);
  });

  test('nested values are left out with the reason', async () => {
    const lines = Array.from({ length: 100 }, (_, i) =>
      JSON.stringify({ x: i % 10, deep: { a: i }, list: [1, 2] }),
    ).join('\n');
    const report = parsed(
      await fixture.check({
        baseline: { name: 'a.jsonl', text: lines },
        current: { name: 'b.jsonl', text: lines },
      }),
    );
    expect(report.summary.columns.filter(({ part }) => part === 'ignored').map(({ name }) => name)).toEqual([
      'deep',
      'list',
    ]);
  });
});
