import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breached, checkFixture, csv, findingOf, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

const COUNT = 4_000;
const x = (i: number): number => (i * 7_919) % 1_000;
const isPositive = (i: number): boolean => i % 100 === 0;

describe('a class that is predicted no more', () => {
  const file = (name: string, predicts: (i: number) => string) =>
    csv(
      name,
      rows('x,label,prediction', COUNT, (i) => `${x(i)},${isPositive(i) ? 1 : 0},${predicts(i)}`),
    );
  const baseline = file('base.csv', (i) => (isPositive(i) && i % 500 !== 0 ? '1' : '0'));

  test('breaches, though 0.8 % of the rows move no distance', async () => {
    const checked = await fixture.check({ baseline, current: file('cur.csv', () => '0') });
    const report = parsed(checked);
    expect(breached(report)).toEqual(['all=in prediction.label share_loss']);
    expect(findingOf(report, { metric: 'share_loss', feature: 'prediction.label' })).toMatchObject({
      ...{ value: 1, threshold: 0.9, rows: COUNT },
    });
    expect(report.summary.notes.map(({ note }) => note).join()).toContain("'1' 0% of rows instead of 0.8%");
  });

  test('is none where it is predicted as before, or too rarely to be missed', async () => {
    expect(breached(parsed(await fixture.check({ baseline, current: baseline })))).toEqual([]);
    const few = csv(
      'few.csv',
      rows('x,label,prediction', 300, (i) => `${x(i)},${isPositive(i) ? 1 : 0},0`),
    );
    const found = parsed(await fixture.check({ baseline, current: few }));
    expect(breached(found).filter((one) => one.includes('share_loss'))).toEqual([]);
  });
});

test('a segment value and a group that are gone breach', async () => {
  const file = (name: string, has: (i: number) => boolean) =>
    csv(name, [
      'x,region,sex,label,prediction',
      ...Array.from({ length: COUNT }, (_, i) => i)
        .filter(has)
        .map((i) => `${x(i)},${i % 20 === 0 ? 'EU' : 'US'},${i % 7 === 0 ? 'f' : 'm'},${i % 2},${i % 2}`),
    ]);
  const report = parsed(
    await fixture.check({
      baseline: file('base.csv', () => true),
      current: file('cur.csv', (i) => i % 20 !== 0 && i % 7 !== 0),
      config:
        'columns: { positive: 1 }\nsegments: [{ name: region, by: region }]\nfacets: [{ column: sex, disfavoured: [f] }]\n',
    }),
  );
  expect(breached(report).filter((one) => one.includes('share_loss'))).toEqual([
    'all=in  share_loss',
    'region=EU  share_loss',
    'region=US  share_loss',
  ]);
  expect(report.summary.breached_groups).toContainEqual({
    ...{ segment: 'all', segment_value: 'in', facet: 'sex', facet_value: 'f' },
  });
});

describe('predictions that are scores only', () => {
  const scoreOf = (i: number): number => (isPositive(i) !== (i % 9 === 0) ? 0.7 : 0.2);
  const file = (name: string, [yes, no]: [string, string], turned = false) =>
    csv(
      name,
      rows('x,label,score', COUNT, (i) => {
        const score = turned ? 1 - scoreOf(i) : scoreOf(i);
        return `${x(i)},${isPositive(i) ? yes : no},${score}`;
      }),
    );
  const accuracyFrom = (threshold: number): number =>
    Array.from({ length: COUNT }, (_, i) => i).filter((i) => scoreOf(i) >= threshold === isPositive(i))
      .length / COUNT;

  test.each([
    { name: 'usual classes', classes: ['1', '0'] as [string, string], config: undefined, threshold: 0.5 },
    {
      name: 'classes that are named',
      classes: ['bad', 'good'] as [string, string],
      config: 'columns: { positive: bad }\nscore_threshold: 0.75\n',
      threshold: 0.75,
    },
  ])('have an accuracy: $name', async ({ classes, config, threshold }) => {
    const files = { baseline: file('base.csv', classes), current: file('cur.csv', classes, true) };
    const report = parsed(await fixture.check({ ...files, ...(config !== undefined && { config }) }));
    const [positive, negative] = classes;
    expect(report.summary.warnings).toContain(
      `predictions are scores only: ${threshold} or more counts as '${positive}', less as '${negative}' (columns.positive, score_threshold)`,
    );
    const same = parsed(
      await fixture.check({ ...files, current: files.baseline, ...(config !== undefined && { config }) }),
    );
    expect(findingOf(same, { metric: 'accuracy' })?.value).toBeCloseTo(accuracyFrom(threshold), 10);
    if (threshold === 0.5)
      expect(breached(report)).toEqual(expect.arrayContaining(['all=in  accuracy']) as string[]);
  });

  test('of classes that nobody names are not measured, and the report says what to do', async () => {
    const baseline = file('base.csv', ['bad', 'good']);
    const report = parsed(await fixture.check({ baseline, current: baseline }));
    expect(findingOf(report, { metric: 'accuracy' })).toMatchObject({ status: 'not_computable' });
    expect(report.summary.warnings.join()).toContain('columns.positive in check');
  });

  test('have the only threshold there is', async () => {
    const labelled = csv(
      'labelled.csv',
      rows('x,label,prediction', 300, (i) => `${x(i)},${i % 2},${i % 2}`),
    );
    await expect(
      fixture.check({ baseline: labelled, current: labelled, config: 'score_threshold: 0.3\n' }),
    ).rejects.toThrow(/monitors\.yaml.*score_threshold is for predictions that are scores only/);
  });
});

describe('what cannot be measured is said', () => {
  test.each([
    {
      name: 'labels that are never predicted',
      header: 'x,label,prediction',
      row: (i: number) => `${x(i)},${i % 2 === 0 ? 'good' : 'bad'},${i % 2 === 0 ? 'accept' : 'refuse'}`,
      config: 'columns: { label: label, prediction: { label: prediction } }\n',
      says: "labels are 'bad', 'good' and predictions 'accept', 'refuse': no class is in both",
    },
    {
      name: 'a regression',
      header: 'x,y,prediction',
      row: (i: number) => `${x(i)},${x(i) * 3.7 + (i % 13)},${x(i) * 3.7}`,
      config: 'columns: { label: y, prediction: { value: prediction } }\n',
      says: 'quality of a regression is not measured yet',
    },
  ])('$name', async ({ header, row, config, says }) => {
    const file = csv('same.csv', rows(header, 1_000, row));
    const report = parsed(await fixture.check({ baseline: file, current: file, config }));
    expect(findingOf(report, { metric: 'accuracy' })).toMatchObject({
      status: 'not_computable',
      value: null,
    });
    expect(report.summary.warnings.join()).toContain(says);
    expect(report.summary.notes.map(({ note }) => note).join()).toContain(says);
  });
});
