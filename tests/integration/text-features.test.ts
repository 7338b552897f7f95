import { randomUUID } from 'node:crypto';
import type { Feature, Finding } from '#libs/contracts';
import { createAdmin, createProducer } from '#libs/kafka';
import { createLogger } from '#libs/platform';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { generator } from '../fixtures/stats/random.js';
import { createDatabase } from '../../libs/store/src/client/index.js';
import { errorsOf, startTestApi, type ApiUnderTest } from './api-fixture.js';
import { startInProcess } from './ingest-fixture.js';
import { DAY_MS, rowsOf } from './store-fixture.js';

const base = '/v1/projects/default';
const version = `${base}/models/mail/versions/1`;
const ROWS = 2_000;
const NOW_DAY_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const [TRAINING_MS, LIVE_MS] = [NOW_DAY_MS - 20 * DAY_MS, NOW_DAY_MS - 5 * DAY_MS];

const letters = (n: number): string =>
  Array.from(n.toString(26), (digit) => String.fromCodePoint(97 + Number.parseInt(digit, 26))).join('');
/** Few words are frequent and most are rare, as in any language: so some are new every day. */
const wordOf = (random: () => number): string => letters(Math.floor(20_000 ** random()));

type Mail = { id: string; timeMs: number; region: string; words: string[] | null };

function mails(
  random: () => number,
  { startMs, days, slang = 0 }: { startMs: number; days: number; slang?: number },
) {
  return Array.from({ length: ROWS }, (_, i): Mail => {
    const region = random() < 0.5 ? 'eu' : 'us';
    const words = Array.from({ length: 3 + Math.floor(random() * 12) }, () => {
      const word = wordOf(random);
      return region === 'eu' && random() < slang ? `zz${word}` : word;
    });
    const timeMs = startMs + Math.floor((i * days * DAY_MS) / ROWS);
    return { id: randomUUID(), timeMs, region, words: random() < 0.02 ? null : words };
  });
}

/** With the case, the signs and the numbers that texts have. */
const written = (words: readonly string[]): string =>
  words
    .map((word, i) => (i === 0 ? word.toUpperCase() : word))
    .join(words.length % 2 === 0 ? ', ' : ' 42-')
    .concat('!');

const training = mails(generator(11), { startMs: TRAINING_MS, days: 10 });
const csv = [
  'ts,region,comment',
  ...training.map(({ timeMs, region, words }) =>
    [new Date(timeMs).toISOString(), region, words === null ? '' : `"${written(words)}"`].join(','),
  ),
].join('\n');

const stop: (() => Promise<unknown>)[] = [];
let at: ApiUnderTest;
let topic: string;
let rows: (sql: string) => Promise<Record<string, unknown>[]>;

const upload = (name: string, raw: string) => {
  const columns = JSON.stringify({ time: 'ts', tags: { region: 'region' } });
  return at.call('POST', `${version}/baselines?${new URLSearchParams({ name, columns })}`, {
    raw,
    headers: { 'content-type': 'text/csv' },
  });
};

const schema = async (): Promise<Feature[]> => {
  const { body } = await at.call('GET', version);
  return body['features'] as Feature[];
};

async function send(mail: readonly Mail[], more: object = {}): Promise<void> {
  const connection = { ...at.config.kafka, logger: createLogger(at.config, 'test') };
  const producer = createProducer({ connection });
  const events = mail.map(({ id, timeMs, region, words }) => ({
    ...{ id, model: 'mail', version: '1', time: new Date(timeMs).toISOString(), tags: { region } },
    features: { comment: words === null ? null : written(words), ...more },
    prediction: { label: 'spam' },
  }));
  await producer.send(
    topic,
    events.map((event) => ({ key: event.id, value: Buffer.from(JSON.stringify(event)) })),
  );
  await producer.close();
  const ids = mail.map(({ id }) => `'${id}'`).join(', ');
  await expect
    .poll(
      () => rows(`SELECT toUInt32(count()) AS n FROM predictions FINAL WHERE origin = '' AND id IN (${ids})`),
      { timeout: 30_000, interval: 200 },
    )
    .toEqual([{ n: mail.length }]);
}

const sharesOf = async (where: string): Promise<number[]> =>
  (await rows(`SELECT num[2] AS share FROM predictions FINAL WHERE ${where} ORDER BY time`)).map(
    ({ share }) => (share === 'nan' || share === null ? NaN : Number(share)),
  );

async function run(monitor: string, day: number): Promise<Finding[]> {
  const [start, end] = [day, day + 1].map((n) => new Date(LIVE_MS + n * DAY_MS).toISOString());
  const answer = await at.call('POST', `${base}/monitors/${monitor}/run`, { body: { start, end } });
  expect(answer.status, answer.text).toBe(200);
  return answer.body['findings'] as Finding[];
}

/** In how many mails a word occurs. */
const occurrences = new Map<string, number>();
for (const { words } of training)
  for (const word of new Set(words)) occurrences.set(word, (occurrences.get(word) ?? 0) + 1);
const shareBelow = (least: number, words: readonly string[] | null): number =>
  words === null ? NaN : words.filter((word) => (occurrences.get(word) ?? 0) < least).length / words.length;

const live = mails(generator(12), { startMs: LIVE_MS, days: 1 });
const odd = mails(generator(13), { startMs: LIVE_MS + DAY_MS, days: 1, slang: 0.3 });

beforeAll(async () => {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  at = await startTestApi({
    KAFKA_BROKERS: inject('kafkaBrokers'),
    PLUMBLINE_TOPIC_PREFIX: prefix,
    PLUMBLINE_INGEST_MAX_WAIT_MS: '100',
  });
  stop.push(() => at.stop());
  const database = createDatabase(at.config.clickhouse);
  stop.push(() => database.close());
  rows = (sql) => rowsOf(database, sql);
  const project = at.config.topics.projects['default']!;
  topic = project.predictions;
  const admin = createAdmin({ ...at.config.kafka, logger: createLogger(at.config, 'test') });
  await admin.ensureTopics([topic, project.groundTruth].map((name) => ({ topic: name, partitions: 1 })));
  await admin.close();
  const put = async (path: string, body: object) => {
    const { status, text } = await at.call('PUT', `${base}/models/mail${path}`, { body });
    expect(status, text).toBe(201);
  };
  await put('', { problem: 'binary' });
  await put('/versions/1', { status: 'registered', features: [{ name: 'comment', type: 'text' }] });
  await put('/segments/region', { kind: 'dimension', tag: 'region' });
  const ingest = await startInProcess(at.config);
  stop.push(() => ingest.stop());
}, 60_000);
afterAll(async () => {
  for (const close of stop.reverse()) await close();
});

it('gives a version whose first baseline holds texts a feature for their unseen words, also after a refused file', async () => {
  const refused = await upload(
    'first',
    `ts,region,comment\nyesterday,eu,"words of a file that is refused"\n`,
  );
  expect(refused.status).toBe(422);
  const answer = await upload('first', csv);
  expect(answer.status, answer.text).toBe(201);
  expect(JSON.stringify(answer.body['warnings'])).not.toContain('unseen_words');
  const features = await schema();
  expect(features.map(({ name, type }) => [name, type])).toEqual([
    ['comment', 'text'],
    ['unseen_words(comment)', 'unseen_words'],
  ]);
  const hash = features[1]?.madeOf?.vocabulary ?? '';
  const vocabulary = await at.store.documents.get('default', 'vocabulary', `mail/1/${hash}`);
  expect(vocabulary?.body.words).toHaveLength(occurrences.size);
});

it('holds each text of that baseline against all the others', async () => {
  const shares = await sharesOf(`origin = 'baseline:first'`);
  expect(shares).toEqual(training.map(({ words }) => shareBelow(2, words)));
});

it('holds the texts of events against the whole baseline, and takes no share from an event', async () => {
  await expect
    .poll(
      async () => {
        // The consumer learns of the vocabulary within seconds.
        const [probe] = mails(generator(3), { startMs: LIVE_MS - DAY_MS, days: 1 });
        await send([{ ...probe!, words: ['aa', 'zzz'], timeMs: LIVE_MS - DAY_MS }], {
          'unseen_words(comment)': 17,
        });
        return (await sharesOf(`origin = '' AND id = '${probe!.id}'`))[0];
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBeCloseTo(shareBelow(1, ['aa', 'zzz']), 12);
  await send([...live, ...odd]);
  const shares = await sharesOf(`origin = '' AND time >= toDateTime(${LIVE_MS / 1_000})`);
  expect(shares).toEqual([...live, ...odd].map(({ words }) => shareBelow(1, words)));
  expect(await rows(`SELECT count() AS n FROM predictions WHERE notEmpty(invalid)`)).toEqual([{ n: '0' }]);
});

it('is quiet on a day of the same language, and names the region that begins to speak another', async () => {
  const findings = async (day: number) =>
    (await run('mail-1-drift', day)).filter(({ feature }) => feature === 'unseen_words(comment)');
  const same = await findings(0);
  expect(same.length).toBeGreaterThan(0);
  expect(same.filter(({ status }) => status !== 'ok' && status !== 'no_limit')).toEqual([]);
  const other = await findings(1);
  const breached = new Set(
    other.flatMap(({ status, segment, segmentValue }) =>
      status === 'breached' ? [`${segment}=${segmentValue}`] : [],
    ),
  );
  expect([...breached].sort()).toEqual(['all=in', 'region=eu']);
});

it('is no column whose gaps are looked at', async () => {
  const findings = (await run('mail-1-data-quality', 1)).filter(({ feature }) => feature !== '');
  expect(new Set(findings.map(({ feature }) => feature))).toEqual(new Set(['comment']));
});

it('keeps its words when another baseline comes', async () => {
  const before = await schema();
  const answer = await upload('second', csv);
  expect(answer.status, answer.text).toBe(201);
  expect(await schema()).toEqual(before);
  const shares = await sharesOf(`origin = 'baseline:second'`);
  expect(shares.filter((share) => share > 0)).toEqual([]);
});

it('is neither made nor changed by hand', async () => {
  const features = await schema();
  const put = (own: object[]) =>
    at.call('PUT', version, {
      body: { status: 'registered', features: own },
      headers: { 'if-match': '*' },
    });
  const madeOf = { feature: 'comment', vocabulary: '0123456789abcdef' };
  expect((await put(features)).status).toBe(200);
  const changed = await put([features[0]!, { ...features[1], madeOf }]);
  expect(errorsOf(changed)).toMatchObject([{ field: 'features.1.madeOf' }]);
  const added = await put([...features, { name: 'unseen_words(other)', type: 'unseen_words', madeOf }]);
  expect(errorsOf(added)).toMatchObject([{ field: 'features.2' }]);
  const bare = await put([...features, { name: 'more', type: 'unseen_words' }]);
  expect(errorsOf(bare)).toMatchObject([{ field: 'features.2.madeOf' }]);
});
