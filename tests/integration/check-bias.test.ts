import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPage } from '../../apps/cli/src/check/page/page.js';
import { summaryLines } from '../../apps/cli/src/check/summary.js';
import { breached, checkFixture, csv, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

type Person = { sex: number; age: number; marital: number; turn: number; label: number; i: number };
type Making = {
  accepts?: (person: Person) => boolean;
  /** Importance of x, age and region. */
  weights?: number[];
  explain?: (phi: string, i: number) => string;
};

const COUNT = 4_000;
const HEADER = 'sex,age,marital,region,x,y,prediction,phi_x,phi_age,phi_region';

/** Without chance: every group has the same share of each outcome in every run. */
const person = (i: number): Person => {
  const turn = ((i * 7_919) % 1_000) / 1_000;
  return {
    ...{ i, turn, label: turn < 0.5 ? 1 : 0 },
    sex: 1 + (i % 2),
    age: 25 + (Math.floor(i / 2) % 30),
    marital: 1 + (Math.floor(i / 60) % 3),
  };
};
const fair = ({ turn }: Person): boolean => turn % 0.5 < 0.3;

const file = (name: string, { accepts = fair, weights = [3, 2, 1], explain = (phi) => phi }: Making = {}) =>
  csv(
    `${name}.csv`,
    rows(HEADER, COUNT, (i) => {
      const one = person(i);
      const sign = i % 4 < 2 ? 1 : -1;
      const phi = weights.map((weight) => explain((sign * weight * (0.5 + one.turn)).toFixed(4), i));
      const { sex, age, marital, turn, label } = one;
      const region = `r${Math.floor(i / 180) % 4}`;
      return [sex, age, marital, region, turn, label, accepts(one) ? 1 : 0, ...phi].join(',');
    }),
  );

const before = file('before');
const refuses = (who: (one: Person) => boolean) => (one: Person) =>
  fair(one) && !(who(one) && Math.floor(one.i / 7) % 3 === 0);
const unfair = file('unfair', { accepts: refuses(({ sex }) => sex === 2) });

const COLUMNS = 'columns: { label: y, positive: 1, prediction: { label: prediction }, attributions: phi_ }\n';
const SEX = '{ column: sex, disfavoured: [2], names: { "2": women }, favoured_name: men }';
const FACETS = `facets: [${SEX}, { column: age, above: 40 }]\n`;
const ALL = { segment: 'all', segment_value: 'in' };

describe('bias', () => {
  const config = `${COLUMNS}${FACETS}group: marital\nmonitors: [{ kind: bias, thresholds: { dppl: 0.1, di: 0.8 } }]\n`;

  test('the group that is treated differently is named, and nobody else', async () => {
    const checked = await fixture.check({ baseline: before, current: unfair, config });
    const report = parsed(checked);
    expect(report.summary.breached_groups).toEqual([{ ...ALL, facet: 'sex', facet_value: 'women' }]);
    expect(report.summary.breached_features).toEqual([]);
    expect(breached(report)).toEqual(['all=in  di', 'all=in  dppl']);
    const people = Array.from({ length: COUNT }, (_, i) => person(i));
    const share = (sex: number): number => {
      const own = people.filter((one) => one.sex === sex);
      return own.filter(refuses((one) => one.sex === 2)).length / own.length;
    };
    const dppl = report.findings.find(({ metric, facet }) => metric === 'dppl' && facet === 'sex');
    expect(dppl).toMatchObject({ monitor: 'bias', facet_value: 'women', rows: COUNT, status: 'breached' });
    expect(dppl?.value).toBeCloseTo(share(1) - share(2), 10);
    const text = summaryLines(report, checked.findings, checked.baseline.plan.bias).join('\n');
    expect(text).toContain(
      "women got '1' 19.9 points less often than men for all rows (baseline 0, limit 10)",
    );
    const page = await checkPage({ names: { baseline: 'a.csv', current: 'b.csv' }, checked });
    expect(page).toContain("women got '1' 19.9 points less often than men");
    expect(page).toContain('<h1>women are treated differently in all rows</h1>');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('several values make one group: as if they had been one value', async () => {
    const merged = (name: string, making?: Making) => {
      const { text } = file(name, making);
      const lines = text.toString().split('\n');
      return {
        name: `${name}-merged.csv`,
        text: lines.map((line) => line.replace(/^(\d+,\d+),[23],/, '$1,23,')).join('\n'),
      };
    };
    const found = async (
      values: string,
      sides: { baseline: ReturnType<typeof file>; current: ReturnType<typeof file> },
    ) => {
      const facet = `{ column: marital, disfavoured: ${values}, names: { "2 or 3": others, "23": others } }`;
      const wanted = `${COLUMNS}facets: [${facet}]\nmonitors: [{ kind: bias }]\n`;
      return parsed(await fixture.check({ ...sides, config: wanted })).findings;
    };
    const making = { accepts: refuses(({ marital }) => marital > 1) };
    const grouped = await found('[[2, 3]]', { baseline: before, current: file('grouped', making) });
    expect(grouped).toEqual(
      await found('[23]', { baseline: merged('before'), current: merged('grouped', making) }),
    );
    const dppl = grouped.find(({ metric }) => metric === 'dppl');
    expect(dppl).toMatchObject({ facet: 'marital', facet_value: 'others', status: 'breached' });
  });

  test('the same rows breach nothing', async () => {
    expect(breached(parsed(await fixture.check({ baseline: before, current: before, config })))).toEqual([]);
  });

  test('numbers of the group variable make groups: CDDL is what its formula gives', async () => {
    const people = Array.from({ length: COUNT }, (_, i) => person(i));
    const parts = [1, 2, 3].map((marital) => {
      const own = people.filter((one) => one.marital === marital);
      const womenOf = (label: number): number => {
        const some = own.filter((one) => one.label === label);
        return some.filter(({ sex }) => sex === 2).length / some.length;
      };
      return (own.length / COUNT) * (womenOf(0) - womenOf(1));
    });
    const expected = parts.reduce((a, b) => a + b, 0);
    const monitor = 'monitors: [{ kind: bias, metrics: [cddl] }]';
    const cddl = async (text: string) =>
      parsed(
        await fixture.check({ baseline: before, current: before, config: text + monitor }),
      ).findings.find(({ facet, metric }) => facet === 'sex' && metric === 'cddl');
    expect((await cddl(`${COLUMNS}${FACETS}group: marital\n`))?.value).toBeCloseTo(expected, 10);
    expect(await cddl(`${COLUMNS}${FACETS}`)).toMatchObject({ status: 'not_computable', value: null });
  });

  test('an intersection tells women above 40 from other women, per segment value', async () => {
    const current = file('both', {
      accepts: (one) =>
        fair(one) && !(one.sex === 2 && one.age > 40 && Math.floor(one.i / 180) % 4 === 1 && one.i % 3 > 0),
    });
    const report = parsed(
      await fixture.check({
        baseline: before,
        current,
        config:
          `${COLUMNS}${FACETS}intersections: [[sex, age]]\nsegments: [{ name: region, by: region }]\n` +
          'monitors: [{ kind: bias, facets: [sex × age], metrics: [dppl], feature_thresholds: { sex × age: { dppl: 0.15 } } }]',
      }),
    );
    expect(report.summary.breached_groups).toEqual([
      {
        ...{ segment: 'region', segment_value: 'r1' },
        ...{ facet: 'sex × age', facet_value: 'women × above 40' },
      },
    ]);
  });

  test('a column that is ignored still makes groups, and the flip test reads rows', async () => {
    const report = parsed(
      await fixture.check({
        baseline: before,
        current: unfair,
        config:
          'columns: { label: y, positive: 1, ignore: [sex] }\nfacets: [{ column: sex, disfavoured: [2] }]\n' +
          'monitors: [{ kind: bias, thresholds: { ft: 0.05 } }, { kind: data_quality }]',
      }),
    );
    expect(report.summary.columns.find(({ name }) => name === 'sex')).toMatchObject({ part: 'context' });
    expect(report.findings.some(({ feature }) => feature === 'sex')).toBe(false);
    expect(report.findings.find(({ metric }) => metric === 'ft')).toMatchObject({
      facet_value: '2',
      status: 'breached',
    });
  });

  test('a value that was never seen, and no predictions of a group, are statuses', async () => {
    const none = csv('men.csv', [
      HEADER,
      ...unfair.text
        .toString()
        .split('\n')
        .filter((line) => line.startsWith('1,')),
    ]);
    const statuses = async (current: typeof before, disfavoured: string): Promise<Set<string>> => {
      const report = parsed(
        await fixture.check({
          baseline: before,
          current,
          config: `${COLUMNS}facets: [{ column: sex, disfavoured: [${disfavoured}] }]\nmonitors: [{ kind: bias, metrics: [dppl] }]`,
        }),
      );
      return new Set(report.findings.map(({ status }) => status));
    };
    expect(await statuses(unfair, '7')).toEqual(new Set(['not_computable']));
    expect(await statuses(none, '2')).toEqual(new Set(['no_data']));
  });
});

describe('attribution', () => {
  const config = `${COLUMNS}monitors: [{ kind: attribution, thresholds: { ndcg: 0.9, attribution_share: 0.1 } }]\n`;
  const reversed = file('reversed', { weights: [1, 2, 3] });

  test('a ranking that turned round breaches NDCG and says who gained and lost', async () => {
    const checked = await fixture.check({ baseline: before, current: reversed, config });
    const report = parsed(checked);
    expect(breached(report)).toEqual([
      'all=in  ndcg',
      'all=in region attribution_share',
      'all=in x attribution_share',
    ]);
    // Importances 3:2:1 turned to 1:2:3, discounted by log2 of the rank.
    const gain = (some: number[]): number =>
      some.reduce((sum, value, rank) => sum + value / Math.log2(rank + 2), 0);
    const ndcg = report.findings.find(({ metric }) => metric === 'ndcg');
    expect(ndcg?.value).toBeCloseTo(gain([1, 2, 3]) / gain([3, 2, 1]), 3);
    const text = summaryLines(report, checked.findings).join('\n');
    expect(text).toContain('gained: region 50% instead of 16.7%; lost: x 16.7% instead of 50%');
    const page = await checkPage({ names: { baseline: 'a.csv', current: 'b.csv' }, checked });
    expect(page).toContain('What predictions rely on');
    expect(page).toMatch(/50(\.0)?.?% → 16\.7.?%/);
  });

  test('what is no number is counted, and rows without any number are not explained', async () => {
    const current = file('holes', {
      explain: (phi, i) => (i % 2 === 0 ? 'NaN' : i % 5 === 0 ? 'much' : phi),
    });
    const report = parsed(await fixture.check({ baseline: before, current, config }));
    expect(report.findings.find(({ metric }) => metric === 'attribution_coverage')?.value).toBe(0.5);
    expect(report.findings.find(({ metric }) => metric === 'ndcg')).toMatchObject({ value: 1, status: 'ok' });
    const nothing = file('nothing', { explain: () => 'NaN' });
    const unexplained = parsed(await fixture.check({ baseline: before, current: nothing, config }));
    expect(unexplained.findings.find(({ metric }) => metric === 'ndcg')?.status).toBe('not_enough_data');
    expect(breached(unexplained)).toEqual([]);
  });

  test('weights stand for a baseline that explains nothing', async () => {
    const plain = csv(
      'plain.csv',
      before.text
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',').slice(0, 7).join(',')),
    );
    const report = parsed(
      await fixture.check({
        baseline: plain,
        current: reversed,
        config: `${COLUMNS}monitors: [{ kind: attribution, weights: { x: 3, age: 2, region: 1 }, thresholds: { ndcg: 0.9 } }, { kind: data_quality }]`,
      }),
    );
    expect(breached(report)).toEqual(['all=in  ndcg']);
  });

  test('nothing has to be said: columns named after features explain them, and 1 is what people want', async () => {
    const checked = await fixture.check({
      baseline: before,
      current: unfair,
      config: 'facets: [{ column: sex, disfavoured: [2] }]',
    });
    const report = parsed(checked);
    const text = summaryLines(report, checked.findings, checked.baseline.plan.bias).join('\n');
    expect(text).toContain("sex 2 got '1' 19.9 points less often than all others");
    expect(report.summary.columns.filter(({ part }) => part === 'attribution').map(({ why }) => why)).toEqual(
      ["explains 'x'", "explains 'age'", "explains 'region'"],
    );
    expect(report.summary.warnings.join()).toContain("'1' is taken for the outcome that people want");
    expect(new Set(report.findings.map(({ monitor }) => monitor))).toContain('attribution');
    expect(breached(report)).toEqual(['all=in  dppl', 'all=in  rd']);
  });

  test('attributions of what is no feature are told', async () => {
    const text = before.text.toString().replace('phi_region', 'phi_regions');
    const both = { name: 'regions.csv', text };
    const report = parsed(await fixture.check({ baseline: both, current: both, config }));
    expect(report.summary.warnings.join()).toContain(
      "column 'phi_regions' explains 'regions', which is no feature",
    );
  });
});

test('features that no longer go together are told, though none of them moved', async () => {
  const pairs = (name: string, pairOf: (i: number) => number) =>
    csv(
      name,
      rows('a,b', 1_500, (i) => `${(i * 7_919) % 1_009},${pairOf(i)}`),
    );
  const report = parsed(
    await fixture.check({
      baseline: pairs('together.csv', (i) => (i * 7_919) % 1_009),
      current: pairs('apart.csv', (i) => (i * 104_729) % 1_009),
      config:
        'monitors: [{ kind: multivariate_drift, thresholds: { correlation_drift: 0.3, domain_classifier_auc: 0.7 } }]',
    }),
  );
  expect(breached(report)).toEqual(['all=in  correlation_drift', 'all=in  domain_classifier_auc']);
});

describe('refused with the line and what to do', () => {
  const bias = 'monitors: [{ kind: bias }]';
  test.each([
    {
      config: `${COLUMNS}facets:\n  - { column: sexx, disfavoured: [2] }\n`,
      says: /line 3: .*no column 'sexx'.*did you mean 'sex'/,
    },
    { config: `${COLUMNS}${FACETS}group: maritall\n`, says: /line 3: .*did you mean 'marital'/ },
    {
      config: 'facets: [{ column: sex, disfavored: [2] }]',
      says: /unknown key 'disfavored' in facets\.0; did you mean 'disfavoured'\?/,
    },
    { config: 'facet: [{ column: sex }]', says: /unknown key 'facet'; did you mean 'facets'\?/ },
    { config: 'facets: [{ column: sex }]', says: /facets\.0: use exactly one of disfavoured, above/ },
    { config: 'facets: [{ column: region, above: 3 }]', says: /column 'region' holds text/ },
    {
      config: 'facets: [{ column: sex, disfavoured: [2] }]\nintersections: [[sex, agee]]',
      says: /line 2: intersections\.0: there is no facet 'agee'/,
    },
    { config: 'group: marital', says: /group goes with facets/ },
    { config: bias, says: /a monitor of kind 'bias' needs groups; add facets/ },
    {
      config: `${FACETS}monitors: [{ kind: bias, thresholds: { di: 0 } }]`,
      says: /must be a ratio above 0/,
    },
    {
      config: `${FACETS}monitors: [{ kind: bias, thresholds: { dppl: auto } }]`,
      says: /must be a number for a monitor of kind 'bias'/,
    },
    {
      config: `${FACETS}monitors: [{ kind: bias, facets: [sexx] }]`,
      says: /no facet 'sexx'; did you mean 'sex'/,
    },
    {
      config: 'monitors: [{ kind: drift, against: fixed }]',
      says: /against is for monitors of kind 'bias', not 'drift'/,
    },
    { config: 'columns: { attributions: psi_ }', says: /no column is called 'psi_' and then a feature/ },
    {
      config: 'monitors: [{ kind: attribution, weights: { xx: 1 } }]',
      says: /no feature 'xx'/,
    },
  ])('$config', async ({ config, says }) => {
    await expect(fixture.check({ baseline: before, current: before, config })).rejects.toThrow(says);
  });

  test('an outcome is known by its other spellings, and one that is never predicted is told', async () => {
    const made = csv(
      'made.csv',
      rows('sex,x,prediction', 600, (i) => `${1 + (i % 2)},${i},${i % 3 === 0 ? 'True' : 'False'}`),
    );
    const dppl = async (positive: string) => {
      const config = `columns: { positive: ${positive} }\nfacets: [{ column: sex, disfavoured: [2] }]\nmonitors: [{ kind: bias, metrics: [di] }]`;
      const { findings, summary } = parsed(await fixture.check({ baseline: made, current: made, config }));
      return { value: findings[0]?.value, warnings: summary.warnings.join() };
    };
    const known = await dppl('true');
    expect(known.value).toBe(1);
    expect(known.warnings).not.toContain('that people want');
    expect((await dppl('granted')).warnings).toContain(
      "'granted' that people want is none that the baseline",
    );
  });

  test('which outcome people want has to be known', async () => {
    const odd = csv(
      'odd.csv',
      rows('sex,x,prediction', 600, (i) => `${1 + (i % 2)},${i},${i % 3 === 0 ? 'grant' : 'deny'}`),
    );
    const config = 'facets: [{ column: sex, disfavoured: [2] }]';
    await expect(fixture.check({ baseline: odd, current: odd, config })).rejects.toThrow(
      /line 1: which outcome do people want\? Name it under columns\.positive/,
    );
  });
});
