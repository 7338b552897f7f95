import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorsOf, type Json } from './api-fixture.js';
import { BASE, openService, type Service } from './service-fixture.js';
import { DAY_MS, HOUR_MS } from './store-fixture.js';

const DAY = Date.UTC(2026, 5, 10);
const ROWS = 1_200;
const REGIONS = ['EU', 'US'];
const model = {
  ...{ problem: 'binary', positiveLabel: 'yes' },
  bias: { facets: [{ name: 'sex', feature: 'sex', disfavoured: ['f'] }] },
};
const amount = { name: 'amount', type: 'numeric' };
const [region, sex] = [
  { name: 'region', type: 'categorical' },
  { name: 'sex', type: 'categorical' },
];
const where = {
  any: [
    { feature: 'region', equals: 'EU' },
    { feature: 'amount', from: 900 },
  ],
};

let at: Service;

const amountOf = (row: number): number => 100 + ((row * 37) % 900);
const labelOf = (row: number): string => (row % 3 === 0 ? 'yes' : 'no');
const training = (columns: string[]): string => {
  const rows = Array.from({ length: 10 * ROWS }, (_, row) => {
    const time = new Date(DAY - 10 * DAY_MS + row * 72_000).toISOString();
    const values: Json = { time, amount: amountOf(row), region: REGIONS[row % 2], sex: 'fm'[(row >> 1) % 2] };
    return [...columns.map((name) => String(values[name])), labelOf(row)].join(',');
  });
  return [[...columns, 'label'].join(','), ...rows].join('\n');
};
const live = (version: string, cat: string[]) =>
  Array.from({ length: ROWS }, (_, row) => ({
    ...{ version, timeMs: DAY + Math.floor((row / ROWS) * DAY_MS), num: [amountOf(row)], cat },
    label: labelOf(row),
  }));
const monitor = (version: string, kind: string, more: object = {}) =>
  at.ok('PUT', `/monitors/${kind}-${version}`, {
    body: {
      ...{ name: kind, kind, model: 'm', version, minRows: 50, window: { settle: 'PT0S' }, ...more },
    },
  });
/** Each status of a segment value, with how many findings have it. */
const statuses = async (of: string): Promise<Record<string, string[]>> => {
  const found = await at.findings(`monitor=${of}`);
  const groups = Map.groupBy(
    found,
    (each) => `${each['segment'] as string}=${each['segmentValue'] as string}`,
  );
  return Object.fromEntries(
    [...groups].map(([key, list]) => [
      key,
      [...new Set(list.map((each) => each['status'] as string))].toSorted(),
    ]),
  );
};

beforeAll(async () => {
  at = await openService(3);
  await at.ok('PUT', '/models/m', { body: model });
  await at.ok('PUT', '/models/m/versions/1', {
    body: { status: 'registered', features: [amount, region, sex] },
  });
  await at.ok('PUT', '/models/m/versions/2', { body: { status: 'registered', features: [amount] } });
  await at.ok('PUT', '/models/m/segments/region', { body: { kind: 'dimension', feature: 'region' } });
  await at.ok('PUT', '/models/m/segments/rich', { body: { kind: 'predicate', where } });
  await at.ok('PUT', '/models/m/segments/large', {
    body: { kind: 'predicate', where: { feature: 'amount', from: 500 } },
  });
  await at.baseline('m/1', training(['time', 'amount', 'region', 'sex']));
  await at.baseline('m/2', training(['time', 'amount']), 'second');
});
afterAll(() => at.stop());

test.each([
  [
    'segments/x',
    { kind: 'predicate', where: { all: [{ feature: 'regoin', equals: 'EU' }] } },
    'where.all.0.feature',
  ],
  ['segments/x', { kind: 'dimension', feature: 'regoin' }, 'feature'],
  [
    '',
    { ...model, bias: { facets: [{ name: 's', feature: 'regoin', disfavoured: ['EU'] }] } },
    'bias.facets.0.feature',
  ],
])('refuses a column that no version has, and names the nearest: %s %j', async (path, body, field) => {
  const answer = await at.call('PUT', `${BASE}/models/m/${path}`.replace(/\/$/, ''), {
    body,
    headers: { 'if-match': '"1"' },
  });
  expect(answer.status, answer.text).toBe(422);
  expect(errorsOf(answer)).toMatchObject([
    { field, message: "there is no feature 'regoin'; did you mean 'region'?" },
  ]);
});

test('a version without a column says so for segments and facets that look at it, and for nothing else', async () => {
  await monitor('2', 'drift');
  await monitor('2', 'data_quality');
  await monitor('2', 'multivariate_drift');
  await monitor('2', 'bias');
  await at.write(live('2', []));
  await at.worker(() => DAY + 25 * HOUR_MS);
  for (const kind of ['drift', 'data_quality', 'bias', 'multivariate_drift'])
    await at.evaluated(`${kind}-2`, 1);
  const silent = {
    'region=EU': ['not_computable'],
    'region=US': ['not_computable'],
    'rich=in': ['not_computable'],
  };
  expect(await statuses('drift-2')).toEqual({ 'all=in': ['no_limit'], 'large=in': ['no_limit'], ...silent });
  expect(await statuses('data_quality-2')).toEqual({
    ...{ 'all=in': ['no_limit', 'ok'], 'large=in': ['no_limit', 'ok'] },
    ...silent,
  });
  expect(await statuses('multivariate_drift-2')).toMatchObject(silent);
  const [said] = await at.findings('monitor=drift-2&segment=rich');
  expect(said).toMatchObject({
    ...{ metric: 'psi', value: null, threshold: null, feature: '' },
    note: "the segment looks at 'region', which this version does not have",
  });
  const [facet] = await at.findings('monitor=bias-2&segment=all&metric=dppl');
  expect(facet).toMatchObject({
    ...{ status: 'not_computable', note: "no row of this window has a value of 'sex': is the column sent?" },
  });
  expect(await at.findings('status=failed')).toEqual([]);
});

test('a column that is no longer sent is one fact; its segment values have no rows', async () => {
  await monitor('1', 'drift', { segments: ['region', 'large'] });
  await monitor('1', 'data_quality');
  await monitor('1', 'bias');
  await at.write(live('1', ['\0', '\0']));
  for (const kind of ['drift', 'data_quality', 'bias']) await at.evaluated(`${kind}-1`, 1);
  const byRegion = await statuses('drift-1');
  expect(byRegion).toMatchObject({ 'region=EU': ['no_data'], 'region=US': ['no_data'] });
  expect(byRegion['all=in']).toContain('no_limit');
  const gone = await at.findings('monitor=data_quality-1&metric=missing_column&segment=all&status=breached');
  expect(gone.map(({ feature }) => feature)).toEqual(['region', 'sex']);
  expect(await statuses('bias-1')).toMatchObject({ 'all=in': ['no_limit', 'not_computable', 'waiting'] });
  expect(await at.findings('status=failed')).toEqual([]);
});

test('a column that joins the version is looked at from then on', async () => {
  await at.ok('PUT', '/models/m/versions/2', {
    body: { status: 'registered', features: [amount, region] },
    headers: { 'if-match': '"1"' },
  });
  await at.evaluated('drift-2', 1, 2);
  // Neither its baseline nor this window has a value of it: all rows are `other`.
  expect(await statuses('drift-2')).toMatchObject({
    'all=in': ['no_baseline', 'no_limit'],
    'region=other': ['no_baseline', 'no_limit'],
  });
});
