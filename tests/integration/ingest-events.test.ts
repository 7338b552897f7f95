import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { event, freshIngest, truth, type IngestUnderTest } from './ingest-fixture.js';

let ingest: IngestUnderTest;
afterEach(() => ingest.close());

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const features = Object.fromEntries(range(5_000).map((index) => [`f${index}`, index]));
const deadLetters = async (): Promise<bigint> =>
  (await ingest.admin.offsets(ingest.topics.deadLetter)).reduce(
    (sum, { end, start }) => sum + end - start,
    0n,
  );

/** Every kind of bad event, with the reason it must be listed under. */
const BAD: [reason: string, value: object | string | Buffer | null][] = [
  ['empty', null],
  ['empty', ''],
  ['not_json', 'hello'],
  ['not_json', '{"id":NaN}'],
  ['not_json', Buffer.from([0x7b, 0xff, 0x7d])],
  ['too_large', event('big', { features: { a: 'x'.repeat(10_000_000) } })],
  ['too_many_features', event('wide', { features })],
  ['event_time_range', event('late', { time: '9999-01-01T00:00:00Z' })],
  ['event_time_range', event('old', { time: '1999-01-01T00:00:00Z' })],
  ['schema', event('feb', { time: '2026-02-30T00:00:00Z' })],
  ['schema', {}],
  ['schema', '[]'],
  ['schema', event('\ud800')],
  ['schema', event('p', { prediction: {} })],
  ['schema', `{"__proto__":{"a":1},${JSON.stringify(event('proto')).slice(1)}`],
  ['schema', JSON.stringify(event('inf')).replace('0.81', '1e400')],
];

it('stores good events, quarantines bad ones with their reason, and accounts for every record', async () => {
  ingest = await freshIngest();
  const { topics } = ingest;
  const good = range(200).map((index) => event(`e${index}`));
  const odd = [
    `{"id":"o1","model":"delay-risk","version":"1","time":"${new Date().toISOString()}","prediction":{"value":1},"features":{"__proto__":1,"constructor":"x"}}`,
    event('o2', { features: { distance: '12', origin: [1], weekend: 'maybe' } }),
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(event('o3')))]),
    JSON.stringify(event('o4')).replace('733', '1e400'),
  ];
  await ingest.send(topics.predictions, [
    ...good.slice(0, 100),
    ...BAD.map(([, value]) => value),
    ...odd,
    ...good.slice(100),
  ]);
  await ingest.send(topics.predictions, [event('e0'), event('e1', { prediction: { score: 0.1 } })]);
  await ingest.send(topics.groundTruth, [
    truth('e0'),
    truth('e1', { version: '1' }),
    truth('unknown', { model: 'x' }),
    'bad',
    truth('e2', { value: 1 }),
  ]);
  const running = await ingest.start();
  const accounts = await ingest.settled();
  expect(accounts).toEqual({
    [topics.predictions]: {
      received: 206 + BAD.length,
      accepted: 206,
      quarantined: BAD.length,
      current: 204,
      duplicates: 0,
      amended: 2,
      gaps: 0,
    },
    [topics.groundTruth]: {
      received: 5,
      accepted: 3,
      quarantined: 2,
      current: 0,
      duplicates: 0,
      amended: 0,
      gaps: 0,
    },
  });
  const reasons = await ingest.rows(
    'SELECT reason, count() AS n FROM quarantine FINAL GROUP BY reason ORDER BY reason',
  );
  const expected = Map.groupBy([...BAD.map(([reason]) => reason), 'not_json', 'schema'], (reason) => reason);
  expect(Object.fromEntries(reasons.map(({ reason, n }) => [reason, Number(n)]))).toEqual(
    Object.fromEntries(Array.from(expected, ([reason, all]) => [reason, all.length])),
  );
  expect(await deadLetters()).toBe(BigInt(BAD.length + 2));
  const [draft] = await ingest.store.documents.history('default', 'version', 'delay-risk/1');
  expect(draft?.body).toMatchObject({ status: 'draft' });
  expect(draft?.body.features.map(({ name }) => name).toSorted()).toEqual([
    '__proto__',
    'constructor',
    'distance',
    'origin',
    'weekend',
  ]);
  expect((await running.health.live()).ok).toBe(true);
  expect((await running.health.ready()).ok).toBe(true);
  expect(await running.metrics.text()).toMatch(
    /ingest_events_quarantined_total\{[^}]*reason="too_large"[^}]*\} 1/,
  );
});

it('any bytes: accepted + quarantined = produced, good neighbours are kept, and reading all again changes nothing', async () => {
  ingest = await freshIngest();
  const { topics } = ingest;
  const anything = fc.oneof(
    fc.json(),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())
      .map((values) => event('odd', { features: values })),
    fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(JSON.stringify(event('mutated')));
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
    fc.constant(null),
  );
  const values = fc.sample(anything, { numRuns: 1_500, seed: 7 });
  const mixed = values.flatMap((value, index) => [value, event(`good${index}`)]);
  await ingest.send(topics.predictions, mixed);
  await ingest.send(
    topics.groundTruth,
    mixed.map((value, index) => (index % 2 === 0 ? value : truth(`good${index}`))),
  );
  const running = await ingest.start();
  const accounts = await ingest.settled();
  for (const topic of [topics.predictions, topics.groundTruth]) {
    expect(accounts[topic]).toMatchObject({ received: mixed.length, gaps: 0 });
    expect(accounts[topic]!.accepted + accounts[topic]!.quarantined).toBe(mixed.length);
  }
  const [kept] = await ingest.rows(`SELECT uniqExact(id) AS n FROM predictions WHERE startsWith(id, 'good')`);
  expect(Number(kept?.['n'])).toBe(values.length);
  await ingest.store.labels.link('default', 100_000);
  const before = await ingest.fingerprint();
  await running.stop();
  await ingest.rewind();
  const { metrics } = await ingest.start();
  await expect
    .poll(() => metrics.text(), { timeout: 60_000, interval: 200 })
    .toContain(
      `plumbline_ingest_events_received_total{project="default",topic="${topics.predictions}",app="ingest"} ${mixed.length}`,
    );
  expect(await ingest.settled()).toEqual(accounts);
  await ingest.store.labels.link('default', 100_000);
  expect(await ingest.fingerprint()).toEqual(before);
});

it('takes up new feature names once for all, and says when the registry is full', async () => {
  ingest = await freshIngest();
  const { topics, store } = ingest;
  await ingest.send(
    topics.predictions,
    range(50).map((index) => event(`a${index}`)),
  );
  const [one, two] = [await ingest.start(), await ingest.start()];
  await ingest.settled();
  await ingest.send(
    topics.predictions,
    range(300).map((index) => event(`b${index}`, { features: { distance: 1, [`new${index % 3}`]: index } })),
  );
  await ingest.settled();
  const history = await store.documents.history('default', 'version', 'delay-risk/1');
  expect(history.length).toBeLessThanOrEqual(3);
  const [draft] = history;
  const [stored] = await ingest.rows(`
    SELECT countIf(extra != '') AS kept, countIf(extra = '' AND startsWith(id, 'b')) AS placed FROM predictions FINAL`);
  expect(Number(stored?.['kept']) + Number(stored?.['placed'])).toBe(300);
  expect(draft?.body.features.length).toBeGreaterThanOrEqual(3);
  await ingest.send(
    topics.predictions,
    range(30).map((index) => event(`c${index}`, { version: `v${index}` })),
  );
  const accounts = await ingest.settled();
  const versions = await store.documents.list('default', 'version');
  expect(versions).toHaveLength(ingest.config.limits.draftVersionsPerModel);
  expect(accounts[topics.predictions]?.quarantined).toBe(30 - (versions.length - 1));
  await Promise.all([one.stop(), two.stop()]);
});
