import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorsOf, itemsOf, startTestApi, type Answer, type ApiUnderTest } from './api-fixture.js';

let at: ApiUnderTest;
beforeAll(async () => {
  at = await startTestApi();
});
afterAll(() => at.stop());

let project = '';
let count = 0;
const base = () => `/v1/projects/${project}`;
const put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  at.call('PUT', `${base()}${path}`, { body, headers });
const expectErrors = (answer: Answer, ...fields: string[]) => {
  expect(answer.status, answer.text).toBe(422);
  expect(errorsOf(answer).map(({ field }) => field)).toEqual(fields);
};

const features = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
];

beforeEach(async () => {
  project = `p${++count}`;
  expect((await at.call('PUT', base(), { body: {} })).status).toBe(201);
  expect((await put('/models/m', { problem: 'binary', positiveLabel: 'late' })).status).toBe(201);
  expect((await put('/models/m/versions/1', { status: 'registered', features })).status).toBe(201);
});

describe('revisions', () => {
  it('create, read with ETag, change with If-Match, keep author and reason', async () => {
    const created = await put('/models/n', { problem: 'regression' }, { 'x-reason': 'a first try' });
    expect(created.status).toBe(201);
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.body).toMatchObject({
      id: 'n',
      revision: 1,
      author: 'first admin',
      reason: 'a first try',
      bucket: 'PT1H',
    });
    const changed = await put(
      '/models/n',
      { problem: 'regression', description: 'x' },
      { 'if-match': '"1"' },
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ revision: 2, reason: '', description: 'x' });
    expect((await at.call('GET', `${base()}/models/n`)).headers.get('etag')).toBe('"2"');
    const history = await at.store.documents.history(project, 'model', 'n');
    expect(history.map(({ revision, reason }) => [revision, reason])).toEqual([
      [2, ''],
      [1, 'a first try'],
    ]);
  });

  it('refuse a stale or missing If-Match with 409 and the current revision', async () => {
    await put('/models/m', { problem: 'binary', description: 'b' }, { 'if-match': '1' });
    for (const headers of [{}, { 'if-match': '1' }, { 'if-match': '"3"' }] as Record<string, string>[]) {
      const answer = await put('/models/m', { problem: 'binary', description: 'c' }, headers);
      expect(answer.status, answer.text).toBe(409);
      expect(answer.body['currentRevision']).toBe(2);
    }
    expect(
      (await put('/models/m', { problem: 'binary', description: 'c' }, { 'if-match': '*' })).status,
    ).toBe(200);
    expect((await put('/models/none', { problem: 'binary' }, { 'if-match': '1' })).status).toBe(409);
  });

  it('write nothing for the same content, also when a document is sent back as it was read', async () => {
    const same = await put('/models/m', { positiveLabel: 'late', problem: 'binary' });
    expect(same.status).toBe(200);
    expect(same.body['revision']).toBe(1);
    const read = await at.call('GET', `${base()}/models/m/versions/1`);
    expect((await put('/models/m/versions/1', read.body)).body['revision']).toBe(1);
    expect((await put('/models/m/versions/1', { ...read.body, model: 'other' })).status).toBe(422);
  });

  it('let exactly one of many writers win who saw the same revision', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        put('/models/m', { problem: 'binary', description: `writer ${i}` }, { 'if-match': '1' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      200,
      ...Array<number>(7).fill(409),
    ]);
    expect(await at.store.documents.history(project, 'model', 'm')).toHaveLength(2);
  });

  it('come back under the next number after a deletion', async () => {
    const segment = { kind: 'dimension', feature: 'origin', values: ['A'] };
    await put('/models/m/segments/s', segment);
    const path = `${base()}/models/m/segments/s`;
    expect((await at.call('DELETE', path, { headers: { 'if-match': '7' } })).status).toBe(409);
    expect((await at.call('DELETE', path)).status).toBe(204);
    expect((await at.call('DELETE', path)).status).toBe(404);
    expect((await at.call('GET', path)).status).toBe(404);
    const again = await put('/models/m/segments/s', segment);
    expect([again.status, again.body['revision']]).toEqual([201, 3]);
  });
});

describe('models', () => {
  it.each([
    ['a zone that is none', { timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['days that begin inside a bucket', { timeZone: 'Asia/Kolkata', bucket: 'PT1H' }, 'timeZone'],
    ['rows that expire before their labels', { retention: 'P10D' }, 'retention'],
    ['a bucket that is none', { bucket: 'PT2H' }, 'bucket'],
    ['months', { retention: 'P3M' }, 'retention'],
  ])('refuse %s', async (_, more, field) => {
    expectErrors(await put('/models/x', { problem: 'binary', ...more }), field);
  });

  it('take a zone whose days begin on a bucket', async () => {
    expect(
      (await put('/models/x', { problem: 'binary', timeZone: 'Asia/Kolkata', bucket: 'PT15M' })).status,
    ).toBe(201);
  });
});

describe('the feature schema only grows', () => {
  const third = { name: 'hour', type: 'numeric', role: 'context' };
  it.each([
    ['a removal', [features[0]], 'features.1', "feature 'origin' was left out"],
    ['another order', [features[1], features[0]], 'features.0', "feature 'distance' has moved"],
    [
      'another type',
      [{ ...features[0], type: 'categorical' }, features[1]],
      'features.0.type',
      "feature 'distance' is numeric",
    ],
    ['one in between', [features[0], third, features[1]], 'features.1', "feature 'origin' has moved"],
  ])('so %s is refused by name', async (_, next, field, message) => {
    const answer = await put(
      '/models/m/versions/1',
      { status: 'registered', features: next },
      { 'if-match': '1' },
    );
    expect(answer.status, answer.text).toBe(422);
    expect(errorsOf(answer)[0]!.field).toBe(field);
    expect(errorsOf(answer)[0]!.message).toContain(message);
  });

  it('takes what is appended, and another role', async () => {
    const next = [{ ...features[0], role: 'context' }, features[1], third];
    const answer = await put(
      '/models/m/versions/1',
      { status: 'registered', features: next },
      { 'if-match': '1' },
    );
    expect(answer.status, answer.text).toBe(200);
  });

  it.each([
    ['a name twice', [...features, features[0]], 'features'],
    ['a reserved name', [{ name: 'prediction.score', type: 'numeric' }], 'features.0.name'],
    ['a type that is none', [{ name: 'a', type: 'vector' }], 'features.0.type'],
  ])('refuses %s', async (_, next, field) => {
    expectErrors(await put('/models/m/versions/2', { status: 'draft', features: next }), field);
  });

  it('wants the model first, and no way back to a draft', async () => {
    expect((await put('/models/none/versions/1', { status: 'draft', features })).status).toBe(404);
    expectErrors(
      await put('/models/m/versions/1', { status: 'draft', features }, { 'if-match': '1' }),
      'status',
    );
  });
});

describe('segments', () => {
  it.each([
    ['a dimension', { kind: 'dimension', feature: 'origin' }],
    ['a tag', { kind: 'dimension', tag: 'region' }],
    [
      'ranges',
      {
        kind: 'dimension',
        feature: 'distance',
        ranges: [
          { value: 'short', below: 500 },
          { value: 'long', from: 500 },
        ],
      },
    ],
    [
      'a tree',
      {
        kind: 'predicate',
        where: {
          all: [{ feature: 'origin', in: ['A', 'B'] }, { not: { feature: 'distance', from: 1, below: 9 } }],
        },
      },
    ],
    [
      'a null test',
      {
        kind: 'predicate',
        where: {
          any: [
            { feature: 'distance', isNull: true },
            { tag: 'vip', equals: 'yes' },
          ],
        },
      },
    ],
  ])('take %s', async (_, body) => {
    const answer = await put('/models/m/segments/s', body);
    expect(answer.status, answer.text).toBe(201);
  });

  it.each([
    ['an unknown feature', { kind: 'dimension', feature: 'orgin' }, 'feature', "did you mean 'origin'?"],
    [
      'a deep unknown feature',
      { kind: 'predicate', where: { not: { all: [{ feature: 'distanc', from: 1 }] } } },
      'where.not.all.0.feature',
      "did you mean 'distance'?",
    ],
    ['a numeric feature without ranges', { kind: 'dimension', feature: 'distance' }, 'ranges', 'is numeric'],
    [
      'a range of texts',
      { kind: 'predicate', where: { feature: 'origin', from: 1 } },
      'where',
      'a range needs a numeric one',
    ],
    [
      'a number that is compared with text',
      { kind: 'predicate', where: { feature: 'distance', equals: '5' } },
      'where',
      'compare it with a number',
    ],
    [
      'ranges that overlap',
      {
        kind: 'dimension',
        feature: 'distance',
        ranges: [
          { value: 'a', below: 5 },
          { value: 'b', from: 4 },
        ],
      },
      'ranges.1',
      'overlaps',
    ],
  ])('refuse %s', async (_, body, field, message) => {
    const answer = await put('/models/m/segments/s', body);
    expectErrors(answer, field);
    expect(errorsOf(answer)[0]!.message).toContain(message);
  });

  it('refuse what is no predicate, and the name all', async () => {
    expect(
      (await put('/models/m/segments/s', { kind: 'predicate', where: { feature: 'origin' } })).status,
    ).toBe(422);
    expect((await put('/models/m/segments/s', { kind: 'predicate', where: { all: [] } })).status).toBe(422);
    expect((await put('/models/m/segments/s', { kind: 'dimension', feature: 'a', tag: 'b' })).status).toBe(
      422,
    );
    expectErrors(await put('/models/m/segments/all', { kind: 'dimension', feature: 'origin' }), 'segment');
  });

  it('stop at 500 segment values and say what more would cost', async () => {
    const values = Array.from({ length: 100 }, (_, i) => `v${i}`);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const answer = await put(`/models/m/segments/s${i}`, { kind: 'dimension', tag: `t${i}`, values });
      statuses.push(answer.status);
      if (answer.status === 422) expect(answer.body['detail']).toMatch(/506 segment values.*MiB/);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 422]);
  });
});

describe('monitors', () => {
  const monitor = { name: 'Drift of m', kind: 'drift', model: 'm', version: '1', thresholds: { psi: 0.2 } };

  it('are made under an id from their name, changed, listed and dropped', async () => {
    const made = await at.call('POST', `${base()}/monitors`, { body: monitor });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({
      id: 'drift-of-m',
      minRows: 200,
      window: { every: 'P1D', settle: 'PT1H', maxWait: 'PT6H' },
    });
    expect(made.headers.get('location')).toBe(`${base()}/monitors/drift-of-m`);
    expect((await at.call('POST', `${base()}/monitors`, { body: monitor })).status).toBe(409);
    expect(
      (await put('/monitors/drift-of-m', { ...monitor, enabled: false }, { 'if-match': '1' })).body[
        'enabled'
      ],
    ).toBe(false);
    expect(itemsOf(await at.call('GET', `${base()}/monitors`))).toHaveLength(1);
    expect((await at.call('DELETE', `${base()}/monitors/drift-of-m`)).status).toBe(204);
  });

  it.each([
    ['an unknown metric', { thresholds: { pzi: 1 } }, 'thresholds.pzi', "did you mean 'psi'?"],
    [
      'a metric of another kind',
      { thresholds: { accuracy: 0.9 } },
      'thresholds.accuracy',
      'does not compute this',
    ],
    ['an unknown feature', { features: ['distance', 'orign'] }, 'features.1', "did you mean 'origin'?"],
    [
      'a limit on an unknown feature',
      { featureThresholds: { distanse: { psi: 1 } } },
      'featureThresholds.distanse',
      "did you mean 'distance'?",
    ],
    ['an unknown segment', { segments: ['all', 'hub'] }, 'segments.1', "there is no segment 'hub'"],
    ['an unknown baseline', { baseline: 'january' }, 'baseline', "there is no baseline 'january'"],
    ['an unknown model', { model: 'n' }, 'model', "there is no model 'n'"],
    ['an unknown version', { version: '2' }, 'version', "there is no version '2'"],
    ['windows that do not divide a day', { window: { every: 'PT5H' } }, 'window.every', 'divides a day'],
    ['a limit that is no number', { thresholds: { psi: 'high' } }, 'thresholds.psi', 'number'],
  ])('refuse %s', async (_, more, field, message) => {
    const answer = await at.call('POST', `${base()}/monitors`, { body: { ...monitor, ...more } });
    expect(answer.status, answer.text).toBe(422);
    expect(errorsOf(answer)[0]!.field).toBe(field);
    expect(errorsOf(answer)[0]!.message).toContain(message);
  });

  it('keep the segments that they name', async () => {
    await put('/models/m/segments/hub', { kind: 'dimension', feature: 'origin' });
    await put('/monitors/d', { ...monitor, segments: ['hub'] });
    const path = `${base()}/models/m/segments/hub`;
    const refused = await at.call('DELETE', path);
    expect([refused.status, refused.body['detail']]).toEqual([
      409,
      'Monitors name this segment: d; change them first.',
    ]);
    await at.call('DELETE', `${base()}/monitors/d`);
    expect((await at.call('DELETE', path)).status).toBe(204);
  });

  it('cannot run before there is a baseline', async () => {
    await put('/monitors/d', monitor);
    const answer = await at.call('POST', `${base()}/monitors/d/run`);
    expect(answer.status, answer.text).toBe(409);
    expect((await at.call('POST', `${base()}/monitors/e/run`)).status).toBe(404);
  });
});

describe('routes and silences', () => {
  const slack = { kind: 'slack', secret: { webhookUrl: 'https://hooks.slack.com/services/T/B/x' } };

  it('name what exists', async () => {
    await put('/channels/team', slack);
    expect((await put('/routes/all', { channels: ['team'] })).status).toBe(201);
    const typo = await put('/routes/other', { channels: ['team', 'taem'] });
    expectErrors(typo, 'channels.1');
    expect(typo.text).toContain("did you mean 'team'?");
    expectErrors(await put('/routes/other', { channels: ['team'], match: { model: 'mm' } }), 'match.model');
    expect((await at.call('DELETE', `${base()}/channels/team`)).status).toBe(409);
    expect((await at.call('DELETE', `${base()}/routes/all`)).status).toBe(204);
    expect((await at.call('DELETE', `${base()}/channels/team`)).status).toBe(204);
  });

  it('a channel saved again with the same secret is unchanged', async () => {
    await put('/channels/team', slack);
    expect((await put('/channels/team', slack)).body['revision']).toBe(1);
  });

  it('a silence names something and ends after it begins', async () => {
    const silence = {
      match: { model: 'm' },
      startsAt: '2026-01-02T00:00:00Z',
      endsAt: '2026-01-03T00:00:00Z',
      comment: 'move',
    };
    expect((await at.call('POST', `${base()}/silences`, { body: silence })).status).toBe(201);
    expect(itemsOf(await at.call('GET', `${base()}/silences`))).toHaveLength(1);
    expectErrors(await put('/silences/s', { ...silence, match: {} }), 'match');
    expectErrors(await put('/silences/s', { ...silence, endsAt: '2026-01-01T00:00:00Z' }), 'endsAt');
    expectErrors(await put('/silences/s', { ...silence, match: { monitor: 'none' } }), 'match.monitor');
  });
});
