import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorsOf, itemsOf, startTestApi, type ApiUnderTest, type CallOptions } from './api-fixture.js';
import { batch, FAR_MS, HOUR_MS, prediction, START_MS } from './store-fixture.js';

let api: ApiUnderTest;
const MODELS = '/v1/projects/default/models';
const reason = { 'x-reason': 'asked by the person' };
const put = (path: string, body: object, options: CallOptions = {}) =>
  api.call('PUT', `${MODELS}${path}`, { body, ...options });

beforeAll(async () => {
  api = await startTestApi();
  expect(
    (
      await put('/m', {
        problem: 'binary',
        privacy: { features: { zip: { action: 'hash' } }, tags: { ip: { action: 'drop' } } },
      })
    ).status,
  ).toBe(201);
});
afterAll(() => api.stop());

test('rules are part of the model, and what is wrong with them is named', async () => {
  const { body } = await api.call('GET', `${MODELS}/m`);
  expect(body['privacy']).toEqual({
    features: { zip: { action: 'hash' } },
    tags: { ip: { action: 'drop' } },
  });
  const wrong = await put('/n', { problem: 'binary', privacy: { features: { age: { action: 'bucket' } } } });
  expect(wrong.status).toBe(422);
  expect(errorsOf(wrong)).toMatchObject([
    { field: 'privacy.features.age', message: 'a bucket needs exactly one of width, edges, truncate' },
  ]);
});

test('a rule and a feature type that do not go together are refused on both sides', async () => {
  const feature = (type: string) => ({ status: 'registered', features: [{ name: 'zip', type }] });
  const version = await put('/m/versions/1', feature('numeric'));
  expect(version.status).toBe(422);
  expect(errorsOf(version)[0]).toMatchObject({ field: 'privacy.features.zip' });
  expect(errorsOf(version)[0]?.message).toContain("which is numeric in version '1'");
  expect((await put('/m/versions/1', feature('categorical'))).status).toBe(201);
  const more = [
    { name: 'zip', type: 'categorical' },
    { name: 'age', type: 'numeric' },
  ];
  expect((await put('/m/versions/2', { status: 'registered', features: more })).status).toBe(201);
  const change = (rule: object) =>
    put('/m', { problem: 'binary', privacy: { features: { age: rule } } }, { headers: { 'if-match': '1' } });
  for (const rule of [{ action: 'hash' }, { action: 'bucket', truncate: 'year' }])
    expect(errorsOf(await change(rule))).toMatchObject([{ field: 'privacy.features.age' }]);
});

test('an erasure is ordered with a reason, answered at once and can be read', async () => {
  const post = (body: object, headers: Record<string, string> = reason) =>
    api.call('POST', `${MODELS}/m/erasures`, { body, headers });
  const answer = await post({ prediction: 'id-4711' });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ by: 'id', status: 'requested', ids: 0, reason: reason['x-reason'] });
  expect(answer.text).not.toContain('4711');
  const read = await api.call('GET', answer.headers.get('location') ?? '');
  expect(read).toMatchObject({ status: 200, body: { id: answer.body['id'], status: 'requested' } });
  expect(itemsOf(await api.call('GET', `${MODELS}/m/erasures`))).toHaveLength(1);
  const again = await post({ prediction: 'id-4711' });
  expect(again.body['selector']).toBe(answer.body['selector']);
  expect((await api.store.privacy.order('default', String(again.body['id'])))?.startsWith('v1.')).toBe(true);

  expect(errorsOf(await post({ prediction: 'x' }, {}))).toMatchObject([{ field: 'X-Reason' }]);
  expect(errorsOf(await post({ tag: { name: 'ip', value: '::1' } }))).toMatchObject([{ field: 'tag.name' }]);
  expect((await post({ tag: { name: 'subject' } })).status).toBe(422);
  expect((await post({})).status).toBe(422);
  expect(
    (await api.call('POST', `${MODELS}/none/erasures`, { body: { prediction: 'x' }, headers: reason }))
      .status,
  ).toBe(404);
});

test('a viewer reads erasures and orders none', async () => {
  const made = await api.call('POST', '/v1/projects/default/keys', {
    body: { name: 'reader', role: 'viewer' },
  });
  const key = String(made.body['key'] ?? made.body['secret'] ?? made.body['token']);
  const options = { key, body: { prediction: 'x' }, headers: reason };
  expect((await api.call('POST', `${MODELS}/m/erasures`, options)).status).toBe(403);
  expect((await api.call('GET', `${MODELS}/m/erasures`, { key })).status).toBe(200);
});

test('what came too late is listed page by page, and is a number of the account', async () => {
  const write = (offset: number, id: string) =>
    api.store.intake.write(batch({ project: 'default', predictions: [prediction(id, offset)] }));
  await write(0, 'in time');
  const plan = {
    ...{
      project: 'default',
      model: 'm',
      version: '1',
      origin: '',
      features: [],
      segments: [],
      bucket: 'PT1H' as const,
    },
    ...{
      timeZone: 'UTC',
      binning: {
        model: 'm',
        version: '1',
        hash: 'ab'.repeat(8),
        features: [{ feature: 'prediction.score', kind: 'numeric' as const, edges: [0], max: 1 }],
      },
    },
  };
  await api.store.profiles.compute(plan, await api.store.profiles.dirtyBuckets(plan, 10));
  const rule = { nowMs: FAR_MS, bucketMs: HOUR_MS, openMs: 0, lookAfterMs: 0 };
  expect(await api.store.retention.seal([plan], rule)).toEqual([START_MS]);
  for (const [at, id] of ['a', 'b', 'c'].entries()) await write(at + 1, id);
  const seen: unknown[] = [];
  for (let before = ''; ;) {
    const page = itemsOf(await api.call('GET', `${MODELS}/m/too-late?limit=2${before}`));
    if (page.length === 0) break;
    seen.push(...page.map(({ id, cause, bucket }) => [id, cause, bucket]));
    before = `&before=${String(page.at(-1)?.['cursor'])}`;
  }
  const bucket = new Date(START_MS).toISOString();
  expect(seen).toEqual(['c', 'b', 'a'].map((id) => [id, 'prediction', bucket]));
  expect((await api.call('GET', `${MODELS}/m/too-late?before=x`)).status).toBe(422);
  const [account] = itemsOf(await api.call('GET', '/v1/projects/default/ingestion'));
  expect(account).toMatchObject({ accepted: 4, current: 4, erased: 0, tooLate: 3 });
});
