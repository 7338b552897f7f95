import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '#libs/contracts';
import { checkPage } from '../../apps/cli/src/check/page/page.js';
import { breached, checkFixture, csv, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

/** Uniform in [0, 1) by row and column: the same files in every run. */
function uniform(row: number, column: number, seed: number): number {
  let x =
    Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b) ^ Math.imul(seed + 1, 0xc2b2ae35);
  for (const factor of [0x7feb352d, 0x846ca68b]) x = Math.imul(x ^ (x >>> 16), factor);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

type Made = {
  seed: number;
  count?: number;
  /** Share of south; the other regions are equally frequent. */
  south?: number;
  amount?: (region: string, row: number) => number;
  columns?: number;
  region?: (region: string, row: number) => string;
};

const regionOf = (u: number, south: number): string =>
  u < south ? 'south' : (['north', 'east', 'west'][Math.floor(((u - south) / (1 - south)) * 3)] ?? 'west');

/** Four regions, two plans, and as many more columns of three values as are asked for. */
function file({
  seed,
  count = 4_000,
  south = 0.25,
  amount = () => 1,
  columns = 0,
  region = (one) => one,
}: Made): string[] {
  const more = Array.from({ length: columns }, (_, i) => `d${i}`);
  return rows([...more, 'region', 'plan', 'amount', 'age'].join(','), count, (i) => {
    const own = regionOf(uniform(i, 1, seed), south);
    const values = more.map((_, column) => ['a', 'b', 'c'][Math.floor(uniform(i, 10 + column, seed) * 3)]);
    const size = (1 + uniform(i, 2, seed)) * amount(own, i);
    const plan = uniform(i, 3, seed) < 0.5 ? 'free' : 'pro';
    return [
      ...values,
      region(own, i),
      plan,
      size.toFixed(4),
      (18 + uniform(i, 4, seed) * 60).toFixed(1),
    ].join(',');
  });
}

const check = async (
  baseline: string[],
  current: string[],
  more: { config?: string; segments?: boolean } = {},
) => {
  const { config, segments } = more;
  return fixture.checkPaths({
    baseline: fixture.write(csv('base.csv', baseline)),
    current: fixture.write(csv('current.csv', current)),
    ...(config !== undefined && { config: fixture.write({ name: 'monitors.yaml', text: config }) }),
    ...(segments !== undefined && { segments }),
  });
};
const causes = ({ summary }: CheckReport): string[] => summary.causes.map(({ sentence }) => sentence);
const used = ({ summary }: CheckReport): string[] =>
  summary.dimensions.filter((one) => one.used).map(({ column }) => column);
const still = file({ seed: 1 });

describe('a check without a configuration', () => {
  test('says which segment value a change comes from, with the others folded under it', async () => {
    const checked = await check(still, file({ seed: 2, amount: (region) => (region === 'south' ? 100 : 1) }));
    const report = parsed(checked);
    expect(used(report)).toEqual(['region', 'plan']);
    expect(causes(report)).toEqual([
      expect.stringMatching(
        /^amount: (?:PSI|Wasserstein distance in standard deviations) [\d.]+; (all|\d+(\.\d+)?%) of the change comes from region=south \(2\d% of the rows\)$/,
      ),
    ]);
    const [cause] = report.summary.causes;
    expect(cause?.comes_from).toMatchObject({ kind: 'values', segment: 'region', segment_values: ['south'] });
    const parts = cause?.comes_from?.parts ?? [];
    expect(parts.reduce((sum, { within, mix }) => sum + within + mix, 0)).toBeCloseTo(1, 9);
    expect(
      cause?.segment_values.map(({ segment, segment_value: value }) => `${segment}=${value}`).toSorted(),
    ).toEqual(['plan=free', 'plan=pro', 'region=south']);
    // Nothing is dropped: every breached finding belongs to a cause.
    const breaches = report.findings.flatMap(({ status }, place) => (status === 'breached' ? [place] : []));
    expect(report.summary.causes.flatMap(({ findings }) => findings).toSorted((a, b) => a - b)).toEqual(
      breaches,
    );
    expect(report.findings[cause?.finding ?? -1]).toMatchObject({
      segment: 'all',
      feature: 'amount',
    });
    const page = await checkPage({ names: { baseline: 'base.csv', current: 'current.csv' }, checked });
    expect(page).toContain('comes from region=south');
    expect(page.match(/<span class="name">amount</g)).toHaveLength(1);
  });

  test('a change that every value shows is everywhere alike', async () => {
    const report = parsed(await check(still, file({ seed: 3, amount: () => 1.6 })));
    expect(causes(report)).toEqual([
      expect.stringMatching(/^amount: PSI [\d.]+; in all 4 values of region alike$/),
    ]);
  });

  test('another mix of the values is called that', async () => {
    const amount = (region: string) => (region === 'south' ? 3 : 1);
    const report = parsed(
      await check(file({ seed: 4, south: 0.2, amount }), file({ seed: 5, south: 0.7, amount })),
    );
    expect(causes(report)).toEqual([
      expect.stringMatching(/^region: /),
      expect.stringMatching(
        /^amount: PSI [\d.]+; the mix of region changed \(south \d+% → \d+%, \w+ [\d.]+% → [\d.]+%\); within its values amount did not change$/,
      ),
    ]);
  });

  test('what only a value shows is told of that value', async () => {
    const report = parsed(
      await check(
        file({ seed: 6, south: 0.06, count: 8_000 }),
        file({ seed: 7, south: 0.06, count: 8_000, amount: (region) => (region === 'south' ? 1.5 : 1) }),
      ),
    );
    expect(breached(report)).toContain('region=south amount psi');
    expect(breached(report).filter((one) => one.startsWith('all'))).toEqual([]);
    expect(causes(report)).toEqual([
      expect.stringMatching(
        /^amount: .* [\d.]+; only region=south \(\d(\.\d)?% of the rows\), not all rows together$/,
      ),
    ]);
  });

  test('where nothing changed nothing is said, and the first three columns of the file are used', async () => {
    const report = parsed(await check(file({ seed: 8, columns: 12 }), file({ seed: 9, columns: 12 })));
    expect(breached(report)).toEqual([]);
    expect(report.summary.causes).toEqual([]);
    expect(used(report)).toEqual(['d0', 'd1', 'd2']);
    expect(report.summary.dimensions).toHaveLength(14);
    expect(report.summary.dimensions.find(({ column }) => column === 'region')?.why).toMatch(
      /3 dimensions are the most/,
    );
  });

  test('of twelve and more columns the one that a change comes from is among the three', async () => {
    const report = parsed(
      await check(
        file({ seed: 8, columns: 12 }),
        file({ seed: 10, columns: 12, amount: (region) => (region === 'south' ? 100 : 1) }),
      ),
    );
    expect(used(report)).toContain('region');
    expect(causes(report)).toEqual([expect.stringContaining('comes from region=south')]);
  });

  test('a column that one value holds nearly all of carries nothing', async () => {
    const nearly = (_: string, i: number): string => (i % 20 === 0 ? 'rest' : 'main');
    const report = parsed(
      await check(file({ seed: 11, region: nearly }), file({ seed: 12, region: nearly, amount: () => 1.6 })),
    );
    expect(causes(report).join()).not.toContain('comes from');
    expect(causes(report)).toHaveLength(1);
  });

  test('rows without a value are among the others, and are counted', async () => {
    const gaps = (region: string, i: number): string => (i % 3 === 0 ? '' : region);
    const report = parsed(
      await check(
        file({ seed: 13, region: gaps }),
        file({ seed: 14, region: gaps, amount: (_, i) => (i % 3 === 0 ? 100 : 1) }),
      ),
    );
    expect(causes(report)).toEqual([expect.stringContaining('comes from region=other')]);
  });

  test('too few rows for each value: no dimension, and why', async () => {
    const report = parsed(await check(file({ seed: 15, count: 300 }), file({ seed: 16, count: 300 })));
    expect(used(report)).toEqual([]);
    expect(report.summary.dimensions.map(({ why }) => why)).toEqual([
      'none of its 4 values have enough rows in both files',
      'none of its 2 values have enough rows in both files',
    ]);
  });
});

describe('what is said of all rows', () => {
  const moved = file({ seed: 2, amount: (region) => (region === 'south' ? 100 : 1) });
  const overAll = ({ findings }: CheckReport) => findings.filter(({ segment }) => segment === 'all');

  test('is the same with and without segments', async () => {
    const [cut, whole] = [
      parsed(await check(still, moved)),
      parsed(await check(still, moved, { segments: false })),
    ];
    expect(overAll(cut)).toEqual(overAll(whole));
    expect(overAll(whole)).toEqual(whole.findings);
    expect(whole.summary.dimensions).toEqual([]);
  });

  test.each(['segments: none', 'segments: []'])('is all that is said with %s', async (config) => {
    const { findings } = parsed(await check(still, moved, { config }));
    expect(new Set(findings.map(({ segment }) => segment))).toEqual(new Set(['all']));
  });

  test('listed segments and listed monitors come before what would be chosen', async () => {
    const listed = parsed(await check(still, moved, { config: 'segments: [{ name: p, by: plan }]' }));
    expect(new Set(listed.findings.map(({ segment }) => segment))).toEqual(new Set(['all', 'p']));
    const monitors = parsed(await check(still, moved, { config: 'monitors: [{ kind: drift }]' }));
    expect(new Set(monitors.findings.map(({ segment }) => segment))).toEqual(new Set(['all']));
    const auto = parsed(await check(still, moved, { config: 'segments: auto\nmonitors: [{ kind: drift }]' }));
    expect(used(auto)).toEqual(['region', 'plan']);
  });

  test('segments that are listed and declined are a contradiction', async () => {
    await expect(
      check(still, moved, { config: 'segments: [{ name: p, by: plan }]', segments: false }),
    ).rejects.toThrow('--no-segments declines them');
  });
});
