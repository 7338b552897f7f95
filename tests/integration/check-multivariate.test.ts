import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '#libs/contracts';
import reference from '../fixtures/stats/reconstruction.json' with { type: 'json' };
import { breached, checkFixture, csv, findingOf, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

const metric = 'pca_reconstruction_error';
const line = (row: readonly unknown[]): string => row.map((value) => value ?? '').join(',');
const file = (name: string, lines: readonly (readonly unknown[])[]) =>
  csv(name, [reference.columns.join(','), ...lines.map(line)]);
const before = file('before.csv', reference.baseline);
const now = file('now.csv', reference.current);
const bySegment = 'segments: [{ name: region, by: region }]\n';

async function errorsOf(config: string): Promise<CheckReport['findings']> {
  const report = parsed(await fixture.check({ baseline: before, current: now, config }));
  return report.findings.filter((finding) => finding.metric === metric);
}

describe('the reconstruction error is what scikit-learn measures on the same rows', () => {
  test('over all rows and in every segment value', async () => {
    const found = await errorsOf(
      `${bySegment}monitors: [{ kind: multivariate_drift, metrics: [${metric}], thresholds: { ${metric}: 1.2 } }]`,
    );
    const { errors } = reference;
    const measured = Object.fromEntries(found.map((finding) => [finding.segment_value, finding]));
    for (const value of ['in', 'north', 'south'] as const)
      expect(measured[value]?.value).toBeCloseTo(errors[value], 9);
    expect(measured['south']).toMatchObject({ status: 'breached', threshold: 1.2 });
    expect(measured['north']?.status).toBe('ok');
  });

  test('in every window', async () => {
    const found = await errorsOf(
      `window: { rows: 100 }\ncolumns: { ignore: [region] }\nmonitors: [{ kind: multivariate_drift }]`,
    );
    expect(found.map(({ window, rows: count }) => [window, count])).toEqual([
      [0, 100],
      [1, 100],
      [2, 100],
    ]);
    found.forEach(({ value }, at) => {
      expect(value).toBeCloseTo(reference.errors.windows[at] ?? NaN, 9);
    });
  });
});

describe('without components it is said why', () => {
  const wide = (count: number) =>
    rows(Array.from({ length: count }, (_, at) => `x${at}`).join(','), 300, (i) =>
      Array.from({ length: count }, (_, at) => (i * (at + 7)) % 97).join(','),
    );
  test.each([
    { name: 'one feature', lines: wide(1), says: /at least two features .*; the baseline has 1$/ },
    {
      name: 'too many',
      lines: wide(65),
      says: /at most 64 features; the baseline has 65: .*columns\.ignore/,
    },
    { name: 'constants', lines: rows('a,b', 300, () => '1,k'), says: /fewer than two features .* vary/ },
  ])('$name', async ({ lines, says }) => {
    const report = parsed(
      await fixture.check({
        baseline: csv('a.csv', lines),
        current: csv('b.csv', lines),
        config: `monitors: [{ kind: multivariate_drift, metrics: [${metric}] }]`,
      }),
    );
    expect(report.findings).toHaveLength(1);
    expect(findingOf(report, { metric })).toMatchObject({ status: 'not_computable', value: null });
    expect(report.summary.notes.map(({ note }) => note)).toEqual([expect.stringMatching(says)]);
  });

  test('a window of one row is too little, and breaches nothing', async () => {
    const report = parsed(
      await fixture.check({
        baseline: before,
        current: file('one.csv', reference.current.slice(0, 1)),
        config: `monitors: [{ kind: multivariate_drift, thresholds: { ${metric}: 0.1 } }]`,
      }),
    );
    expect(findingOf(report, { metric })).toMatchObject({ status: 'not_enough_data' });
    expect(breached(report)).toEqual([]);
  });
});
