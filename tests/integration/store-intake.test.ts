import { describe, expect, test } from 'vitest';
import { type IntakeBatch } from '#libs/store';
import { batch, freshStore, HOUR_MS, label, prediction, rowsOf, START_MS } from './store-fixture.js';

const { store, raw } = await freshStore();

const readers = [
  'SELECT * EXCEPT expires FROM predictions FINAL ORDER BY ALL',
  'SELECT * FROM arrivals FINAL ORDER BY ALL',
  'SELECT * FROM labels FINAL ORDER BY ALL',
  'SELECT * EXCEPT at FROM quarantine FINAL ORDER BY ALL',
];
const everything = (project: string): Promise<unknown[]> =>
  Promise.all(
    readers.map((sql) => rowsOf(raw, sql.replace(' FINAL', ` FINAL WHERE project = '${project}'`))),
  );

const refused = (offset: number) => ({
  offset: BigInt(offset),
  brokerTimeMs: START_MS + offset,
  reason: 'not_json' as const,
  field: '',
  message: 'Unexpected end',
  key: 'k',
  raw: new Uint8Array([0x7b, 0xff, 0]),
  rawBytes: 3,
  headers: { a: 'b' },
});

/** 40 offsets of a partition: predictions with repeated ids, labels, and a bad event now and then. */
function slice(project: string, from: number, to: number): IntakeBatch {
  const offsets = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return batch({
    project,
    predictions: offsets
      .filter((o) => o % 10 < 7)
      .map((o) => prediction(`id-${o % 20}`, o, { score: o / 100, contentHash: BigInt(o % 2) })),
    labels: offsets.filter((o) => o % 10 === 7 || o % 10 === 8).map((o) => label(`id-${(o + 5) % 20}`, o)),
    quarantined: offsets.filter((o) => o % 10 === 9).map(refused),
  });
}

describe('replay', () => {
  test.each([
    { name: 'the same batch again', again: [[0, 39]] },
    {
      name: 'in other pieces',
      again: [
        [0, 9],
        [5, 22],
        [20, 39],
      ],
    },
    {
      name: 'in reverse order, as a zombie would',
      again: [
        [30, 39],
        [10, 29],
        [0, 19],
      ],
    },
  ])('$name changes nothing that a reader sees', async ({ name, again }) => {
    const project = name.replaceAll(/\W/g, '-');
    await store.intake.write(slice(project, 0, 39));
    await store.labels.link(project, 1_000);
    const before = await everything(project);
    const [account] = await store.intake.accounting(project);
    for (const [from = 0, to = 0] of again) await store.intake.write(slice(project, from, to));
    await store.labels.link(project, 1_000);
    expect(await everything(project)).toEqual(before);
    expect(await store.intake.accounting(project)).toEqual([account]);
    expect(account).toMatchObject({
      received: 40,
      accepted: 36,
      quarantined: 4,
      gaps: [],
      first: 0n,
      last: 39n,
    });
    expect((account?.current ?? 0) + (account?.duplicates ?? 0) + (account?.amended ?? 0)).toBe(28);
  });

  test('the newest event of an id wins by the broker, not by the order of inserts', async () => {
    const write = (offset: number, score: number, partition = 0): Promise<void> =>
      store.intake.write(
        batch({
          project: 'zombie',
          partition,
          predictions: [prediction('x', offset, { score, brokerTimeMs: START_MS })],
        }),
      );
    await write(5, 0.5);
    await write(4, 0.4);
    const score = async () =>
      (await rowsOf(raw, `SELECT score FROM predictions FINAL WHERE project = 'zombie'`))[0]?.['score'];
    expect(await score()).toBe(0.5);
    await write(1, 0.9, 1);
    expect(await score()).toBe(0.9);
    await raw.command({ name: 'test', sql: 'OPTIMIZE TABLE predictions FINAL' });
    await write(6, 0.6);
    expect(await score()).toBe(0.9);
  });

  test('numbers, nulls and unusual text are stored as they are', async () => {
    await store.intake.write(
      batch({
        project: 'values',
        predictions: [
          prediction('ü\0\x01𝕏', 0, {
            num: new Float64Array([1.5, NaN, Infinity]),
            cat: ['\0', '\x01', 'é'],
            scores: { a: 0.25 },
            attributions: [0.1, NaN],
            tags: { region: 'süd' },
            invalid: { f: '"x"' },
            extra: '{"g":1}',
          }),
        ],
      }),
    );
    const [row] = await rowsOf(raw, `SELECT * FROM predictions WHERE project = 'values'`);
    expect(row).toMatchObject({
      id: 'ü\0\x01𝕏',
      origin: '',
      num: [1.5, 'nan', 'inf'],
      cat: ['\0', '\x01', 'é'],
      scores: { a: 0.25 },
      attributions: [0.1, 'nan'],
      tags: { region: 'süd' },
      invalid: { f: '"x"' },
      extra: '{"g":1}',
      time: '2026-04-01 00:01:00.000',
      bucket: '2026-04-01 00:00:00',
    });
    const [arrival] = await rowsOf(
      raw,
      `SELECT id_hash = cityHash64('ü\\0\\x01𝕏') AS same, time_ms FROM arrivals WHERE project = 'values'`,
    );
    expect(arrival).toEqual({ same: 1, time_ms: 60_000 });
  });

  test('one mark per bucket and cause', async () => {
    const later = { timeMs: START_MS + HOUR_MS };
    await store.intake.write(
      batch({
        project: 'marks',
        predictions: [
          prediction('a', 0),
          prediction('b', 1),
          prediction('c', 2, later),
          prediction('d', 3, { version: '2' }),
        ],
        labels: [label('a', 4), label('nobody', 5)],
      }),
    );
    const marks = await rowsOf(
      raw,
      `SELECT version, toUnixTimestamp(bucket) AS s, cause, first, last, rows FROM bucket_marks WHERE project = 'marks' ORDER BY cause, s, version`,
    );
    const hour = START_MS / 1_000;
    const mark = (cause: string, version: string, s: number, rows: number) => ({
      cause,
      version,
      s,
      rows,
      first: '0',
      last: '5',
    });
    expect(marks).toEqual([
      mark('label', '1', hour, 1),
      mark('prediction', '1', hour, 2),
      mark('prediction', '2', hour, 1),
      mark('prediction', '1', hour + 3_600, 1),
      mark('waiting', '', 0, 1),
    ]);
  });

  test('more rows than one insert takes', async () => {
    const predictions = Array.from({ length: 100_001 }, (_, at) => prediction(`many-${at}`, at));
    await store.intake.write(batch({ project: 'many', predictions }));
    expect(await rowsOf(raw, `SELECT count() AS n FROM predictions WHERE project = 'many'`)).toEqual([
      { n: '100001' },
    ]);
    expect(await store.intake.accounting('many')).toMatchObject([{ received: 100_001, current: 100_001 }]);
  });
});

describe('a batch that does not add up is refused before anything is written', () => {
  test.each([
    { name: 'a record is missing', rows: { received: 3 }, message: /3 records were received, but 2/ },
    { name: 'outside its range', rows: { last: 0n }, message: /offset 1 lies after it/ },
    { name: 'before its range', rows: { first: 1n }, message: /offset 0 lies before it/ },
    {
      name: 'listed twice',
      rows: { predictions: [prediction('a', 1), prediction('b', 1)], received: 2 },
      message: /offset 1 is listed twice/,
    },
    { name: 'backwards', rows: { first: 9n }, message: /first offset is above the last/ },
  ])('$name', async ({ name, rows, message }) => {
    const whole = batch({
      project: name,
      predictions: [prediction('a', 0), prediction('b', 1)],
      first: 0n,
      last: 1n,
    });
    await expect(store.intake.write({ ...whole, ...rows })).rejects.toThrow(message);
    expect(await rowsOf(raw, `SELECT count() AS n FROM predictions WHERE project = '${name}'`)).toEqual([
      { n: '0' },
    ]);
  });
});

describe('accounting', () => {
  test('gaps, holes, incarnations and partitions', async () => {
    const project = 'gaps';
    const rows = (...offsets: number[]) => ({ predictions: offsets.map((o) => prediction(`g-${o}`, o)) });
    await store.intake.write(batch({ project, ...rows(0, 1) }));
    await store.intake.write(batch({ project, ...rows(5, 6, 8), first: 4n, last: 9n }));
    await store.intake.write(batch({ project, partition: 1, ...rows(7) }));
    await store.intake.write(
      batch({
        project,
        incarnation: 'i2',
        predictions: [prediction('g-0', 0, { brokerTimeMs: START_MS + 99 })],
      }),
    );
    await store.intake.write(
      batch({ project, topic: 'ground-truth', labels: [label('g-0', 0), label('g-1', 1)] }),
    );
    const accounts = await store.intake.accounting(project);
    const brief = accounts.map((a) => [
      a.topic,
      a.incarnation,
      a.partition,
      a.received,
      a.accepted,
      a.current,
      a.duplicates,
      a.gaps,
    ]);
    expect(brief).toEqual([
      ['ground-truth', 'i1', 0, 2, 2, 0, 0, []],
      ['predictions', 'i1', 0, 5, 5, 4, 1, [[2n, 3n]]],
      ['predictions', 'i1', 1, 1, 1, 1, 0, []],
      ['predictions', 'i2', 0, 1, 1, 1, 0, []],
    ]);
  });

  test('a range that nothing was received of, and one that closes a gap later', async () => {
    const project = 'closed';
    await store.intake.write(batch({ project, predictions: [prediction('a', 0)] }));
    await store.intake.write(batch({ project, predictions: [prediction('c', 9)] }));
    expect(await store.intake.accounting(project)).toMatchObject([{ received: 2, gaps: [[1n, 8n]] }]);
    await store.intake.write(batch({ project, first: 1n, last: 8n }));
    expect(await store.intake.accounting(project)).toMatchObject([{ received: 2, accepted: 2, gaps: [] }]);
  });

  test('duplicates and amendments', async () => {
    const project = 'kinds';
    const event = (id: string, offset: number, contentHash: bigint, rest = {}) =>
      prediction(id, offset, { contentHash, ...rest });
    await store.intake.write(
      batch({
        project,
        predictions: [
          event('same', 0, 1n),
          event('same', 1, 1n),
          event('same', 2, 1n),
          event('other', 3, 1n),
          event('other', 4, 2n),
          event('moved', 5, 1n),
          event('moved', 6, 2n, { timeMs: START_MS + 5 * HOUR_MS }),
          event('twice', 7, 1n),
          event('twice', 8, 1n, { version: '2' }),
        ],
      }),
    );
    expect(await store.intake.accounting(project)).toMatchObject([
      { accepted: 9, current: 5, duplicates: 2, amended: 2 },
    ]);
  });

  test('nothing is known about an unknown project', async () => {
    expect(await store.intake.accounting('nonesuch')).toEqual([]);
  });
});

describe('quarantine', () => {
  test('pages, newest first, with the raw bytes', async () => {
    const project = 'refused';
    await store.intake.write(batch({ project, quarantined: [0, 1, 2, 3, 4].map(refused) }));
    await store.intake.write(
      batch({
        project,
        partition: 1,
        quarantined: [{ ...refused(9), reason: 'too_large', brokerTimeMs: START_MS + 2 }],
      }),
    );
    const first = await store.intake.quarantine(project, { limit: 3 });
    expect(first.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 4n],
      [0, 3n],
      [1, 9n],
    ]);
    expect(first[0]).toMatchObject({ ...refused(4), topic: 'predictions', incarnation: 'i1' });
    const rest = await store.intake.quarantine(project, { limit: 3, before: first[2]?.cursor ?? '' });
    expect(rest.map(({ offset }) => offset)).toEqual([2n, 1n, 0n]);
    expect(await store.intake.quarantine(project, { limit: 3, reason: 'too_large' })).toHaveLength(1);
    expect(await store.intake.quarantine(project, { limit: 3, before: rest[2]?.cursor ?? '' })).toEqual([]);
  });

  test.each(['nonsense', '', Buffer.from('[1,"a","b",0,"x"]').toString('base64url')])(
    'cursor %j is refused',
    async (before) => {
      await expect(
        Promise.resolve().then(() => store.intake.quarantine('refused', { limit: 3, before })),
      ).rejects.toMatchObject({
        code: 'BAD_CURSOR',
        retryable: false,
      });
    },
  );
});

describe('watermark', () => {
  const nowMs = START_MS;
  const idleMs = 60_000;
  const partition = (number: number, rest = {}) => ({
    topic: 'predictions',
    incarnation: 'i1',
    partition: number,
    nextOffset: 10n,
    endOffset: 10n,
    brokerTimeMs: nowMs - 5_000 + number,
    lastRecordAtMs: nowMs - 1_000,
    behindSinceMs: null as number | null,
    atMs: nowMs,
    ...rest,
  });
  const idle = { lastRecordAtMs: nowMs - 61_000, brokerTimeMs: nowMs - 90_000 };
  const behind = { ...idle, endOffset: 11n, behindSinceMs: nowMs - 30_000 };

  test.each([
    { name: 'no partition', rows: [], watermarkMs: null, behindSinceMs: null },
    {
      name: 'the slowest active one',
      rows: [partition(0), partition(1)],
      watermarkMs: nowMs - 5_000,
      behindSinceMs: null,
    },
    {
      name: 'idle ones do not count',
      rows: [partition(0, idle), partition(1)],
      watermarkMs: nowMs - 4_999,
      behindSinceMs: null,
    },
    {
      name: 'all idle',
      rows: [partition(0, idle), partition(1, idle)],
      watermarkMs: null,
      behindSinceMs: null,
    },
    {
      name: 'one that is behind is not idle',
      rows: [partition(0, behind), partition(1)],
      watermarkMs: nowMs - 90_000,
      behindSinceMs: nowMs - 30_000,
    },
    {
      name: 'one that nobody reports on is behind',
      rows: [partition(0, { ...idle, atMs: nowMs - 60_001 }), partition(1)],
      watermarkMs: nowMs - 90_000,
      behindSinceMs: nowMs - 60_001,
    },
    {
      name: 'an earlier incarnation of the topic does not count',
      rows: [partition(0, { ...behind, incarnation: 'i0', atMs: nowMs - 1 }), partition(0)],
      watermarkMs: nowMs - 5_000,
      behindSinceMs: null,
    },
    {
      name: 'the newest report counts',
      rows: [partition(0), partition(0, { ...behind, atMs: nowMs - 1 })],
      watermarkMs: nowMs - 5_000,
      behindSinceMs: null,
    },
    {
      name: 'another topic does not count',
      rows: [partition(0, { ...behind, topic: 'ground-truth' }), partition(0)],
      watermarkMs: nowMs - 5_000,
      behindSinceMs: null,
    },
  ])('$name', async ({ name, rows, watermarkMs, behindSinceMs }) => {
    await store.intake.positions(rows.map((row) => ({ project: name, ...row })));
    expect(await store.intake.watermark(name, 'predictions', nowMs, idleMs)).toEqual({
      watermarkMs,
      behindSinceMs,
    });
  });
});
