import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPage } from '../../apps/cli/src/check/page/page.js';
import { summaryLines } from '../../apps/cli/src/check/summary.js';
import { breached, checkFixture, csv, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

const COUNT = 4_000;
const header = 'sex,age,marital,region,x,y,prediction,phi_x,phi_age,phi_region';
/** Without chance: digits of i decide, so that every group has the same share of each outcome. */
const row =
  (accepts: (about: { sex: number; age: number; i: number }) => boolean, weights = [3, 2, 1]) =>
  (i: number): string => {
    const sex = 1 + (i % 2);
    const age = 25 + (Math.floor(i / 2) % 30);
    const marital = 1 + (Math.floor(i / 60) % 3);
    const region = `r${Math.floor(i / 180) % 4}`;
    const turn = ((i * 7_919) % 1_000) / 1_000;
    const label = turn < 0.5 ? 1 : 0;
    const sign = i % 4 < 2 ? 1 : -1;
    const phi = weights.map((weight) => (sign * weight * (0.5 + turn)).toFixed(4));
    return [sex, age, marital, region, turn, label, accepts({ sex, age, i }) ? 1 : 0, ...phi].join(',');
  };
const turnOf = (i: number): number => ((i * 7_919) % 1_000) / 1_000;
const fair = ({ i }: { i: number }): boolean => turnOf(i) % 0.5 < 0.3;
const before = csv('before.csv', rows(header, COUNT, row(fair)));
/** Women over 40 are refused more often than they were; women up to 40 are not. */
const unfair = csv(
  'unfair.csv',
  rows(
    header,
    COUNT,
    row(({ sex, i }) => fair({ i }) && !(sex === 2 && Math.floor(i / 7) % 3 === 0)),
  ),
);
const reversed = csv('reversed.csv', rows(header, COUNT, row(fair, [1, 2, 3])));

const columns = 'columns: { label: y, positive: 1, prediction: { label: prediction }, attributions: phi_ }\n';
const facets =
  'facets: [{ column: sex, disfavoured: [2], names: { "2": women }, favoured_name: men }, { column: age, above: 40 }]\ngroup: marital\n';
const limits = 'thresholds: { dppl: 0.1, di: 0.8 }';
const bias = `${columns}${facets}monitors: [{ kind: bias, ${limits} }]\n`;

describe('bias', () => {
  test('names the group that is treated differently, and nobody else', async () => {
    const checked = await fixture.check({ baseline: before, current: unfair, config: bias });
    const report = parsed(checked);
    console.log(JSON.stringify(report.findings.filter((f) => f.status !== 'ok'), null, 1).slice(0, 3000));
    console.log(summaryLines(report, checked.findings).join('\n'));
    expect(report.summary.breached_groups).toEqual([
      { segment: 'all', segment_value: 'in', facet: 'sex', facet_value: 'women' },
    ]);
    expect(report.summary.breached_features).toEqual([]);
    expect(breached(report)).toEqual(['all=in  di', 'all=in  dppl']);
  });
});
describe('attribution', () => {
  test('a reversed ranking breaches NDCG', async () => {
    const checked = await fixture.check({
      baseline: before,
      current: reversed,
      config: `${columns}monitors: [{ kind: attribution, thresholds: { ndcg: 0.95, attribution_share: 0.1 } }]\n`,
    });
    const report = parsed(checked);
    console.log(summaryLines(report, checked.findings).join('\n'));
    expect(breached(report)).toEqual([]);
  });
  test('nothing said', async () => {
    const checked = await fixture.check({ baseline: before, current: unfair, config: 'facets: [{ column: sex, disfavoured: [2]}]' });
    const report = parsed(checked);
    console.log(report.summary.columns, report.summary.warnings);
    console.log(summaryLines(report, checked.findings).join('\n'));
    const page = await checkPage({ names: { baseline: 'a.csv', current: 'b.csv' }, checked });
    expect(page).toBe('');
  });
});
