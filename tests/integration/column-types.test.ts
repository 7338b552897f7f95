import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeColumn, type Store } from '#libs/store';
import { breached, checkFixture, csv, findingOf, parsed, rows, type CheckFixture } from './check-fixture.js';
import { freshStore } from './store-fixture.js';

const ROWS = 400;
const hashed = (i: number, below: number): number => ((i * 2_654_435_761) % 4_294_967_296) % below;
const surname = (i: number): string =>
  Array.from(String(hashed(i, 9_999_999)))
    .map((digit) => 'abcdefghij'[Number(digit)])
    .join('');

/** Columns by what their values look like: what they are compared as, and what is said. */
const COLUMNS: { name: string; of: (i: number) => string; type: string; says?: string }[] = [
  { name: 'amount', of: (i) => (hashed(i, 10_000) / 7).toFixed(2), type: 'numeric' },
  { name: 'some_na', of: (i) => (i % 20 === 0 ? 'unknown' : String(hashed(i, 90) / 8)), type: 'numeric' },
  {
    name: 'half',
    of: (i) => (i % 2 === 0 ? `A${i % 9}` : String(i % 7)),
    type: 'categorical',
    says: "column 'half' mixes numbers with texts",
  },
  { name: 'order_id', of: (i) => String(5_000 + i * 3), type: 'identifier', says: "'order_id' names rows" },
  {
    name: 'shuffled',
    of: (i) => String((i * 167) % ROWS),
    type: 'identifier',
    says: "'shuffled' names rows",
  },
  { name: 'year', of: (i) => String(1990 + (i % 30)), type: 'numeric' },
  { name: 'sorted_price', of: (i) => String(100 + Math.floor(i / 3) * 5), type: 'numeric' },
  { name: 'code', of: (i) => `REF-${hashed(i, 99_999_999)}`, type: 'identifier', says: "'code' names rows" },
  { name: 'name_of', of: surname, type: 'identifier', says: "'name_of' names rows" },
  { name: 'city', of: (i) => `city ${hashed(i, 40)}`, type: 'categorical' },
  { name: 'flag', of: (i) => (i % 3 === 0 ? 'true' : 'false'), type: 'boolean' },
  { name: 'when', of: (i) => new Date(Date.UTC(2026, 0, 1, i)).toISOString(), type: 'timestamp' },
  {
    name: 'proba',
    of: (i) => `[${(i / 1_000).toFixed(3)} ${(1 - i / 1_000).toFixed(3)}]`,
    type: 'identifier',
    says: "column 'proba' holds lists",
  },
  {
    name: 'pair',
    of: (i) => `{'a': ${i}}`,
    type: 'identifier',
    says: "column 'pair' holds lists",
  },
  {
    name: 'weight',
    of: (i) => `${hashed(i, 500)}kg`,
    type: 'identifier',
    says: "column 'weight' holds numbers with a unit",
  },
  {
    name: 'took',
    of: (i) => `${i % 5} days 0${i % 9}:${10 + (i % 49)}:0${i % 7}`,
    type: 'identifier',
    says: 'durations',
  },
  { name: 'clock', of: (i) => `${String(i % 24).padStart(2, '0')}:${10 + (i % 50)}`, type: 'time_of_day' },
  {
    name: 'day_first',
    of: (i) => `${String(1 + (i % 28)).padStart(2, '0')}/${String(1 + (i % 12)).padStart(2, '0')}/2026`,
    type: 'timestamp',
  },
  { name: 'dollars', of: (i) => `$${(hashed(i, 90) + 1).toString()},${100 + (i % 800)}.50`, type: 'numeric' },
  { name: 'euros', of: (i) => `${hashed(i, 90) + 1}.${100 + (i % 800)},50 €`, type: 'numeric' },
];

const value = ({ of }: { of: (i: number) => string }, i: number): string => {
  const text = of(i);
  return `"${text.replaceAll('"', '""')}"`;
};
const csvText = `${COLUMNS.map(({ name }) => name).join(',')}\n${Array.from({ length: ROWS }, (_, i) =>
  COLUMNS.map((column) => value(column, i)).join(','),
).join('\n')}\n`;
const jsonText = `${Array.from({ length: ROWS }, (_, i) =>
  JSON.stringify(Object.fromEntries(COLUMNS.map(({ name, of }) => [name, of(i)]))),
).join('\n')}\n`;

const told = (facts: Parameters<typeof judgeColumn>[0]): { name: string; type: string; says: string } => {
  const { type, warning, asks } = judgeColumn(facts);
  return { name: facts.name, type, says: warning ?? asks ?? '' };
};
const expected = COLUMNS.map(({ name, type, says = '' }) => ({
  name,
  type,
  says: says === '' ? '' : (expect.stringContaining(says) as string),
}));

let store: Store;
let at: CheckFixture;
beforeAll(async () => {
  at = await checkFixture();
  ({ store } = await freshStore());
});
afterAll(() => at.remove());

describe('one rule says what a column is', () => {
  test.each([
    ['csv', csvText],
    ['jsonl', jsonText],
  ] as const)('of an upload in %s', async (format, text) => {
    const columns = COLUMNS.map(({ name }) => name);
    const found = await store.baselines.infer({
      ...{ format, fileColumns: columns, columns },
      file: () => Readable.from([Buffer.from(text)], { objectMode: false }),
    });
    expect(found.ok && found.facts.map(told)).toEqual(expected);
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('of a file that is checked in %s', async (format) => {
    const path = join(at.folder, `columns.${format}`);
    if (format === 'parquet') {
      const csvPath = at.write({ name: 'for-parquet.csv', text: csvText });
      const structure = COLUMNS.map(({ name }) => `${name} String`).join(', ');
      await at.sql(
        `INSERT INTO FUNCTION file('${path}', 'Parquet') SELECT * FROM file('${csvPath}', 'CSVWithNames', '${structure}')`,
      );
    } else at.write({ name: `columns.${format}`, text: format === 'csv' ? csvText : jsonText });
    const { summary } = parsed(await at.checkPaths({ baseline: path, current: path }));
    // Without a time of the rows nothing has an age: such columns are left out, which is said.
    const listed = summary.columns.map(({ name, part, type }) => [name, part === 'ignored' ? part : type]);
    expect(listed).toEqual(COLUMNS.map(({ name, type }) => [name, type === 'timestamp' ? 'ignored' : type]));
    for (const { says } of expected.filter(({ type }) => type !== 'timestamp'))
      if (says !== '') expect(summary.warnings).toContainEqual(says);
    expect(summary.warnings).toContainEqual(
      expect.stringContaining("column 'when' holds times and is not compared"),
    );
    expect(summary.warnings).toContainEqual(
      "column 'some_na': 20 of 400 values are not a number and count as invalid, such as 'unknown'",
    );
  });
});

const files = (before: readonly string[], after: readonly string[]) => ({
  baseline: csv('base.csv', before),
  current: csv('cur.csv', after),
});

test('a column that begins with 20,000 numbers and goes on with codes is told from all of it', async () => {
  const rowsOf = (code: string) =>
    rows('store,x', 29_000, (i) => `${i < 20_000 ? i % 50 : `${code}${i % 40}`},${i % 977}`);
  const report = parsed(await at.check(files(rowsOf('A'), rowsOf('B'))));
  expect(report.summary.columns.find(({ name }) => name === 'store')).toMatchObject({ type: 'categorical' });
  expect(report.summary.warnings).toContainEqual(
    expect.stringContaining("column 'store' mixes numbers with texts"),
  );
  expect(breached(report).some((line) => line.includes('store unseen_rate'))).toBe(true);
});

test('strays behind the first 20,000 rows are counted in the baseline itself', async () => {
  const rowsOf = rows('x,y', 25_000, (i) => `${i > 24_000 && i % 10 === 0 ? 'n/k' : i % 977},${i % 31}`);
  const report = parsed(await at.check(files(rowsOf, rowsOf)));
  expect(report.summary.warnings).toContainEqual(
    "column 'x': 99 of 25,000 values are not a number and count as invalid, such as 'n/k'",
  );
});

test('an empty column has missing values, and an absent one is missing', async () => {
  const base = rows('k,z', 400, (i) => `${i % 37},${i % 41}`);
  const empty = parsed(
    await at.check(
      files(
        base,
        rows('k,z', 400, (i) => `,${i % 41}`),
      ),
    ),
  );
  expect(findingOf(empty, { feature: 'k', metric: 'missing_rate' })).toMatchObject({
    status: 'breached',
    value: 1,
  });
  expect(findingOf(empty, { feature: 'k', metric: 'missing_column' })).toMatchObject({
    status: 'ok',
    value: 0,
  });
  const absent = parsed(
    await at.check(
      files(
        base,
        rows('z', 400, (i) => String(i % 41)),
      ),
    ),
  );
  expect(findingOf(absent, { feature: 'k', metric: 'missing_column' })).toMatchObject({ status: 'breached' });
  expect(findingOf(absent, { feature: 'k', metric: 'missing_rate' })).toMatchObject({
    status: 'not_computable',
  });
});

test('a feature that is called a class is compared; a constant and an empty column are said', async () => {
  const of = (share: number) =>
    rows('class,x,same,none', 600, (i) => `${i % 10 < share ? 'a' : 'b'},${hashed(i, 500)},7,`);
  const report = parsed(await at.check(files(of(8), of(1))));
  expect(breached(report).some((line) => line.includes('class jensen_shannon'))).toBe(true);
  expect(report.summary.warnings).toEqual(
    expect.arrayContaining([
      expect.stringContaining("column 'class' is compared as a feature though it is called a label"),
      "column 'same' holds no other value than 7",
      "column 'none' is there, but holds no value at all in 600 rows",
    ]),
  );
});

test('ids that count on from the baseline to the current file are no measurement', async () => {
  const of = (from: number) => rows('snowflake,x', 300, (i) => `${from + i * 1_000_003},${hashed(i, 500)}`);
  const report = parsed(await at.check(files(of(5e12), of(5e12 + 300 * 1_000_003))));
  expect(breached(report)).toEqual([]);
  expect(report.summary.warnings).toContainEqual(expect.stringContaining("column 'snowflake' names rows"));
});

test('a column of times without one that can be read is the fault of the file that lacks it', async () => {
  const base = rows('at,x', 300, (i) => `week ${i % 9},${i % 41}`);
  await expect(at.check({ ...files(base, base), config: 'columns: { time: at }' })).rejects.toThrow(
    /--baseline .*base\.csv: none of the 300 values of the time column 'at'.*'week \d'.*times are read as/,
  );
});
