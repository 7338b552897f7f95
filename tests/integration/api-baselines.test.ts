import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LIVE_ORIGIN, type MonitorBody } from '#libs/contracts';
import { loadPlan } from '#libs/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  errorsOf,
  itemsOf,
  startTestApi,
  type Answer,
  type ApiUnderTest,
  type CallOptions,
} from './api-fixture.js';

let at: ApiUnderTest;
beforeAll(async () => {
  at = await startTestApi();
});
afterAll(async () => {
  expect(await readdir(join(at.config.home, 'spool'))).toEqual([]);
  await at.stop();
});

const features = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
];
const columns = {
  id: 'id',
  time: 'at',
  label: 'truth',
  predictionLabel: 'said',
  score: 'score',
  tags: { haul: 'haul' },
};
const HEADER = 'id,at,distance,origin,truth,said,score,haul';
const HUBS = ['ATL', 'ORD', 'DFW'];
const row = (i: number) => ({
  id: `r${i}`,
  at: new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString(),
  distance: 100 + ((i * 37) % 900),
  origin: HUBS[i % 3]!,
  truth: i % 4 === 0 ? 'late' : 'ok',
  said: i % 5 === 0 ? 'late' : 'ok',
  score: (i % 100) / 100,
  haul: i % 2 === 0 ? 'short' : 'long',
});
const ROWS = Array.from({ length: 10_000 }, (_, i) => row(i));
const csvOf = (rows: readonly object[]) =>
  [HEADER, ...rows.map((one) => Object.values(one).join(',')), ''].join('\n');
const jsonlOf = (rows: readonly object[]) => rows.map((one) => JSON.stringify(one)).join('\n');

const sql = async (text: string): Promise<Uint8Array<ArrayBuffer>> => {
  const { url, user, password } = at.config.clickhouse;
  const response = await fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
  });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
};
const parquet = () =>
  sql(`SELECT concat('r', toString(number)) AS id, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number * 60 AS at,
    100 + (number * 37) % 900 AS distance, ['ATL','ORD','DFW'][number % 3 + 1] AS origin,
    if(number % 4 = 0, 'late', 'ok') AS truth, if(number % 5 = 0, 'late', 'ok') AS said, (number % 100) / 100 AS score,
    if(number % 2 = 0, 'short', 'long') AS haul FROM numbers(10000) FORMAT Parquet`);

let count = 0;
let model = '';
const modelPath = () => `/v1/projects/default/models/${model}`;
const versionPath = () => `${modelPath()}/versions/1`;
const upload = (
  raw: BodyInit,
  type: string,
  query: Record<string, unknown> = {},
  more: CallOptions = {},
): Promise<Answer> => {
  const parameters = { name: 'january', columns, ...query };
  const search = new URLSearchParams(
    Object.entries(parameters).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return at.call('POST', `${versionPath()}/baselines?${search}`, {
    raw,
    ...more,
    headers: { 'content-type': type, ...more.headers },
  });
};
const expectNothing = async () => {
  expect(itemsOf(await at.call('GET', `${versionPath()}/baselines`))).toEqual([]);
  const rows = await sql(
    `SELECT count() FROM ${at.config.clickhouse.database}.predictions WHERE model = '${model}'`,
  );
  expect(Buffer.from(rows).toString().trim()).toBe('0');
};

beforeEach(async () => {
  model = `m${++count}`;
  expect(
    (await at.call('PUT', modelPath(), { body: { problem: 'binary', positiveLabel: 'late' } })).status,
  ).toBe(201);
  expect((await at.call('PUT', versionPath(), { body: { status: 'registered', features } })).status).toBe(
    201,
  );
});

describe('an upload', () => {
  it.each([
    ['CSV', 'text/csv; charset=utf-8', () => csvOf(ROWS)],
    ['JSON lines', 'application/x-ndjson', () => jsonlOf(ROWS)],
    ['Parquet', 'application/vnd.apache.parquet', parquet],
  ])('of %s becomes a baseline with profile and monitors', async (_, type, make) => {
    await at.call('PUT', `${modelPath()}/segments/hub`, { body: { kind: 'dimension', feature: 'origin' } });
    await at.call('PUT', `${modelPath()}/segments/haul`, { body: { kind: 'dimension', tag: 'haul' } });
    const answer = await upload(await make(), type, {}, { headers: { 'x-reason': 'trained on it' } });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({
      id: 'january',
      rows: 10_000,
      hasTime: true,
      hasLabels: true,
      cannotServe: [],
      author: 'first admin',
      reason: 'trained on it',
      warnings: [],
    });
    const monitors = answer.body['monitors'] as (MonitorBody & { id: string })[];
    expect(monitors.map(({ id }) => id)).toEqual([
      `${model}-1-data-quality`,
      `${model}-1-drift`,
      `${model}-1-prediction-drift`,
      `${model}-1-quality`,
    ]);
    for (const monitor of monitors) {
      expect(monitor).toMatchObject({ minRows: 200, window: { every: 'P1D', settle: 'PT1H' } });
      expect(Object.keys(monitor.thresholds)).not.toEqual([]);
    }
    const hub = await at.call('GET', `${modelPath()}/segments/hub`);
    expect([...(hub.body['values'] as string[])].sort()).toEqual([...HUBS].sort());
    const haul = await at.call('GET', `${modelPath()}/segments/haul`);
    expect([...(haul.body['values'] as string[])].sort()).toEqual(['long', 'short']);
    const plan = await loadPlan(at.store, {
      project: 'default',
      model,
      version: '1',
      origin: answer.body['origin'] as string,
    });
    const profile = await at.store.profiles.read(plan!, 'all');
    const ofAtlanta = profile.cells.find(
      (cell) => cell.kind === 'numeric' && cell.feature === 'distance' && cell.segmentValue === 'ATL',
    );
    const expected = ROWS.filter(({ origin }) => origin === 'ATL');
    expect(ofAtlanta).toMatchObject({
      rows: expected.length,
      sum: expected.reduce((sum, { distance }) => sum + distance, 0),
    });
    const labels = profile.cells.find((cell) => cell.kind === 'confusion' && cell.segment === 'all');
    expect(labels).toMatchObject({ labelled: 10_000 });
  });

  it('is read packed, and repeated changes nothing', async () => {
    const packed = gzipSync(csvOf(ROWS));
    const first = await upload(packed, 'text/csv', {}, { headers: { 'content-encoding': 'gzip' } });
    expect(first.status, first.text).toBe(201);
    const again = await upload(csvOf(ROWS), 'text/csv');
    expect(again.status, again.text).toBe(200);
    expect(again.body['contentHash']).toBe(first.body['contentHash']);
    expect(again.body['revision']).toBe(1);
    const other = await upload(csvOf(ROWS.slice(1)), 'text/csv');
    expect(other.status, other.text).toBe(409);
    const stored = await at.store.documents.history('default', 'monitor', `${model}-1-drift`);
    expect(stored).toHaveLength(1);
  });

  it('declines monitors on request, and keeps those that somebody changed', async () => {
    const declined = await upload(csvOf(ROWS), 'text/csv', { monitors: 'false' });
    expect(declined.body['monitors']).toEqual([]);
    const id = `${model}-1-drift`;
    const own = { name: 'mine', kind: 'drift', model, version: '1', thresholds: { psi: 0.7 } };
    await at.call('PUT', `/v1/projects/default/monitors/${id}`, { body: own });
    const second = await upload(csvOf(ROWS.slice(0, 5_000)), 'text/csv', { name: 'second' });
    expect(second.status, second.text).toBe(201);
    const monitors = second.body['monitors'] as (MonitorBody & { id: string })[];
    expect(monitors.find((monitor) => monitor.id === id)).toMatchObject({
      name: 'mine',
      thresholds: { psi: 0.7 },
    });
    const [january] = itemsOf(await at.call('GET', `${versionPath()}/baselines`));
    expect(second.body['binning']).toBe(january!['binning']);
  });

  it('counts what came to the version later once it is asked for new bins', async () => {
    const first = await upload(csvOf(ROWS), 'text/csv');
    const grown = [
      ...features,
      { name: 'fare', type: 'numeric', role: 'input' },
      { name: 'remark', type: 'text', role: 'input' },
    ];
    const put = await at.call('PUT', versionPath(), {
      body: { status: 'registered', features: grown },
      headers: { 'if-match': '*' },
    });
    expect(put.status, put.text).toBe(200);
    const rows = ROWS.map((one, i) => ({ ...one, fare: i % 700, remark: `seat ${HUBS[i % 3]!}` }));
    const younger = jsonlOf(rows);
    const kept = await upload(younger, 'application/x-ndjson', { name: 'kept' });
    expect(kept.status, kept.text).toBe(201);
    expect(kept.body['binning']).toBe(first.body['binning']);
    const names = ['fare', 'remark'];
    expect(kept.body['warnings']).toEqual(
      names.map((name) => expect.stringMatching(new RegExp(`'${name}'.*binning=new`)) as string),
    );
    const fresh = await upload(younger, 'application/x-ndjson', { name: 'fresh', binning: 'new' });
    expect(fresh.status, fresh.text).toBe(201);
    expect(fresh.body['warnings']).toEqual([]);
    const live = await loadPlan(at.store, { project: 'default', model, version: '1' });
    expect(live?.binning.hash).toBe(fresh.body['binning']);
    expect(live?.binning.features.map(({ feature }) => feature)).toEqual([
      ...['distance', 'origin', 'fare', 'remark', 'unseen_words(remark)'],
      ...['prediction.score', 'prediction.label'],
    ]);
    const again = await upload(csvOf(ROWS), 'text/csv');
    expect(again.status, again.text).toBe(200);
    expect(again.body['binning']).toBe(first.body['binning']);
    const wrong = await upload(csvOf(ROWS), 'text/csv', { name: 'wrong', binning: 'other' });
    expect(errorsOf(wrong)).toMatchObject([{ field: 'query.binning' }]);
  });

  it('gives a version without a schema the one of the file', async () => {
    model = `${model}-bare`;
    await at.call('PUT', modelPath(), { body: { problem: 'binary' } });
    const answer = await upload(csvOf(ROWS), 'text/csv');
    expect(answer.status, answer.text).toBe(201);
    const version = await at.call('GET', versionPath());
    expect(version.body).toMatchObject({ status: 'registered', features });
  });

  it('serves segments that come later: values frozen, profile recounted', async () => {
    await upload(csvOf(ROWS), 'text/csv');
    const segment = await at.call('PUT', `${modelPath()}/segments/hub`, {
      body: { kind: 'dimension', feature: 'origin' },
    });
    expect(segment.status, segment.text).toBe(201);
    expect(segment.body['values']).toHaveLength(3);
    const again = await at.call('PUT', `${modelPath()}/segments/hub`, {
      body: { kind: 'dimension', feature: 'origin' },
    });
    expect(again.body['revision']).toBe(1);
    const plan = await loadPlan(at.store, {
      project: 'default',
      model,
      version: '1',
      origin: 'baseline:january',
    });
    const profile = await at.store.profiles.read(plan!, 'all');
    expect(profile.cells.some((cell) => cell.segment === 'hub' && cell.segmentValue === 'ORD')).toBe(true);
  });

  it('fixes what it was counted with', async () => {
    await upload(csvOf(ROWS), 'text/csv');
    const answer = await at.call('PUT', modelPath(), {
      body: { problem: 'binary', positiveLabel: 'late', bucket: 'PT5M' },
      headers: { 'if-match': '1' },
    });
    expect(errorsOf(answer)[0]).toMatchObject({ field: 'bucket' });
  });
});

describe('odd files that are still baselines', () => {
  it.each([
    ['one row', csvOf(ROWS.slice(0, 1)), 1],
    ['a constant column', csvOf(ROWS.map((one) => ({ ...one, distance: 5 }))), 10_000],
    ['a column of nulls', csvOf(ROWS.map((one) => ({ ...one, distance: '' }))), 10_000],
    ['a byte order mark', `\uFEFF${csvOf(ROWS)}`, 10_000],
    ['Windows line ends', csvOf(ROWS).replaceAll('\n', '\r\n'), 10_000],
    [
      'a quoted header and quoted fields',
      csvOf(ROWS).replace('distance', '"distance"').replaceAll(',ATL,', ',"ATL",'),
      10_000,
    ],
  ])('%s', async (_, text, rows) => {
    const answer = await upload(text, 'text/csv');
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body['rows']).toBe(rows);
  });

  it('extra columns are named and left out, missing labels say what they cost', async () => {
    const { id, time, tags } = columns;
    const answer = await upload(csvOf(ROWS), 'text/csv', { columns: { id, time, tags } });
    expect(answer.status, answer.text).toBe(201);
    expect(String(answer.body['warnings'])).toContain("'truth'");
    const kinds = (answer.body['cannotServe'] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).toEqual(['quality', 'prediction_drift']);
    expect((answer.body['monitors'] as MonitorBody[]).map(({ kind }) => kind)).toEqual([
      'data_quality',
      'drift',
    ]);
  });
});

describe('a bad file is refused by name and leaves nothing', () => {
  const without = (column: string) => {
    const index = HEADER.split(',').indexOf(column);
    return csvOf(ROWS.slice(0, 100))
      .split('\n')
      .map((line) =>
        line
          .split(',')
          .filter((_, i) => i !== index)
          .join(','),
      )
      .join('\n');
  };
  const PARQUET = 'application/vnd.apache.parquet';
  const cases: [string, string, () => BodyInit | Promise<BodyInit>, string | RegExp][] = [
    ['0 bytes', 'text/csv', () => '', 'is empty'],
    ['a header alone', 'text/csv', () => `${HEADER}\n`, 'no rows'],
    ['a missing feature', 'text/csv', () => without('distance'), "no column 'distance'"],
    ['a missing column that was named', 'text/csv', () => without('truth'), "no column 'truth'"],
    [
      'a column twice',
      'text/csv',
      () => csvOf(ROWS).replace('origin', 'distance'),
      "'distance' is there twice",
    ],
    ['text for numbers', 'text/csv', () => csvOf(ROWS.map((one) => ({ ...one, distance: 'far' }))), "'far'"],
    ['an Excel workbook', 'text/csv', () => `PK\x03\x04${csvOf(ROWS)}`, 'Excel workbook'],
    ['Latin-1', 'text/csv', () => Buffer.from(`${csvOf(ROWS)}\ncaf\xe9`, 'latin1'), 'is not UTF-8'],
    ['ragged rows', 'text/csv', () => csvOf(ROWS).replace('\nr5,', '\nr5,extra,extra,'), /row|line|column/i],
    ['an id twice', 'text/csv', () => csvOf([...ROWS.slice(0, 5), ...ROWS.slice(0, 5)]), 'repeat the id'],
    [
      'a time that is none',
      'text/csv',
      () => csvOf(ROWS.slice(0, 9).map((one) => ({ ...one, at: 'soon' }))),
      "'soon'",
    ],
    ['Parquet as CSV', 'text/csv', parquet, 'is Parquet'],
    ['a quote that does not close', 'text/csv', () => `"id,at\nr1,2`, 'quote'],
    ['lines that are no JSON', 'application/x-ndjson', () => csvOf(ROWS), 'line 1 is no JSON object'],
    [
      'JSON with a broken line in the middle',
      'application/x-ndjson',
      () => `${jsonlOf(ROWS.slice(0, 500))}\n{"id":`,
      /./,
    ],
    ['0 bytes of Parquet', PARQUET, () => '', 'is empty'],
    ['cut Parquet', PARQUET, async () => (await parquet()).slice(0, 5_000), 'is cut off'],
    [
      'Parquet without its middle',
      PARQUET,
      async () => Buffer.concat([(await parquet()).slice(0, 400), (await parquet()).slice(-3_000)]),
      /./,
    ],
    ['no Parquet at all', PARQUET, () => csvOf(ROWS), 'does not begin with PAR1'],
  ];
  it.each(cases)('%s', async (_, type, make, message) => {
    const answer = await upload(await make(), type);
    expect(answer.status, answer.text).toBe(422);
    if (typeof message === 'string')
      expect(
        errorsOf(answer)
          .map((error) => error.message)
          .join(),
      ).toContain(message);
    else expect(answer.body['detail']).toMatch(message);
    await expectNothing();
  });

  it('a 100 MB line is refused by its number, without being kept in memory', async () => {
    const chunk = new Uint8Array(1_048_576).fill(120);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(new TextEncoder().encode(csvOf(ROWS.slice(0, 3))));
        if (++sent > 100) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const before = process.memoryUsage().rss;
    const answer = await upload(endless, 'text/csv');
    expect(answer.status, answer.text).toBe(422);
    expect(errorsOf(answer)[0]!.field).toBe('line 5');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1_048_576);
    await expectNothing();
  });

  it.each([
    ['another content type', 'application/zip', {}, {}, 415],
    ['gzip that is none', 'text/csv', {}, { headers: { 'content-encoding': 'gzip' } }, 422],
    ['brotli', 'text/csv', {}, { headers: { 'content-encoding': 'br' } }, 415],
    ['a name that is none', 'text/csv', { name: 'a b' }, {}, 422],
    ['columns that are no JSON', 'text/csv', { columns: '{' }, {}, 422],
    ['a part that nobody knows', 'text/csv', { columns: { tume: 'at' } }, {}, 422],
    ['a column that is not there', 'text/csv', { columns: { time: 'att' } }, {}, 422],
  ])('%s', async (_, type, query, more, status) => {
    const answer = await upload(csvOf(ROWS), type, query, more);
    expect(answer.status, answer.text).toBe(status);
    await expectNothing();
  });

  it('an upload that breaks off leaves nothing', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(csvOf(ROWS)));
        controller.error(new Error('gone'));
      },
    });
    await expect(upload(broken, 'text/csv')).rejects.toThrow();
    await expect.poll(() => readdir(join(at.config.home, 'spool'))).toEqual([]);
    await expectNothing();
  });

  it('an unknown model is 404, a file over the limit 413', async () => {
    const small = await startTestApi({ PLUMBLINE_UPLOAD_BYTES: '100000' });
    const path = '/v1/projects/default/models/m/versions/1/baselines?name=b';
    const call = () =>
      small.call('POST', path, { raw: csvOf(ROWS), headers: { 'content-type': 'text/csv' } });
    expect((await call()).status).toBe(404);
    await small.call('PUT', '/v1/projects/default/models/m', { body: { problem: 'binary' } });
    expect((await call()).status).toBe(413);
    await small.stop();
  });
});

it('a live plan exists from the first baseline on', async () => {
  expect(await loadPlan(at.store, { project: 'default', model, version: '1' })).toBeNull();
  await upload(csvOf(ROWS), 'text/csv');
  expect(await loadPlan(at.store, { project: 'default', model, version: '1' })).toMatchObject({
    origin: LIVE_ORIGIN,
    bucket: 'PT1H',
  });
});
