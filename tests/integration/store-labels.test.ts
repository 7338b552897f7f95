import { describe, expect, test } from 'vitest';
import { type LabelRow, type PredictionRow } from '#libs/store';
import { insertLabels } from '../../libs/store/src/intake/write.js';
import { overlookedLabels } from '../../libs/store/src/labels/candidates.js';
import { idParams, waiting } from '../../libs/store/src/labels/placement.js';
import { batch, DAY_MS, freshStore, HOUR_MS, label, prediction, rowsOf, START_MS } from './store-fixture.js';

const { store, raw } = await freshStore();

/** A project of its own with short ways to say what arrives. */
function scene(name: string) {
  const project = name.replaceAll(/\W/g, '-');
  let offset = 100;
  const next = (): number => (offset += 1);
  return {
    project,
    predict: (id: string, rest: Partial<PredictionRow> = {}) =>
      store.intake.write(batch({ project, predictions: [prediction(id, next(), rest)] })),
    truth: (id: string, rest: Partial<LabelRow> = {}) =>
      store.intake.write(batch({ project, topic: 'ground-truth', labels: [label(id, next(), rest)] })),
    link: () => store.labels.link(project, 10_000),
    /** Placed labels as [version, hours since the start, id, label]. */
    labels: async () =>
      (
        await rowsOf(
          raw,
          `SELECT version, (toUnixTimestamp(bucket) - ${START_MS / 1_000}) / 3600 AS hour, id, if(retracted, 'retracted', label) AS label
           FROM labels FINAL WHERE project = '${project}' AND toUnixTimestamp(bucket) > 0 ORDER BY ALL`,
        )
      ).map((row) => [row['version'], row['hour'], row['id'], row['label']]),
    /** Rows that a profile counts, as [version, hour, id]: not those that are older than what took their id away. */
    counted: async () =>
      (
        await rowsOf(
          raw,
          `SELECT p.version AS version, (toUnixTimestamp(p.bucket) - ${START_MS / 1_000}) / 3600 AS hour, p.id AS id
           FROM (SELECT * FROM predictions FINAL WHERE project = '${project}') AS p
           LEFT JOIN (SELECT * FROM moved FINAL WHERE project = '${project}') AS m
             ON m.model = p.model AND m.version = p.version AND m.bucket = p.bucket AND m.id_hash = cityHash64(p.id)
           WHERE p.row_version >= m.row_version ORDER BY ALL`,
        )
      ).map((row) => [row['version'], row['hour'], row['id']]),
    marks: async (cause: string) =>
      (
        await rowsOf(
          raw,
          `SELECT version, (toUnixTimestamp(bucket) - ${START_MS / 1_000}) / 3600 AS hour FROM bucket_marks FINAL
           WHERE project = '${project}' AND cause = '${cause}' ORDER BY ALL`,
        )
      ).map((row) => [row['version'], row['hour']]),
  };
}
const at = (hours: number) => ({ timeMs: START_MS + hours * HOUR_MS + 60_000 });

describe('a label finds its prediction', () => {
  test('that came before it', async () => {
    const s = scene('before');
    await s.predict('a');
    await s.truth('a');
    expect(await s.labels()).toEqual([['1', 0, 'a', 'late']]);
    expect(await s.marks('label')).toEqual([['1', 0]]);
    expect(await s.link()).toMatchObject({ linked: 0, waiting: 0, moved: 0, more: false });
  });

  test('that comes after it', async () => {
    const s = scene('after');
    await s.truth('a');
    await s.truth('b');
    expect(await s.link()).toMatchObject({ linked: 0, waiting: 2 });
    await s.predict('a');
    expect(await s.labels()).toEqual([]);
    expect(await s.link()).toMatchObject({ linked: 1, waiting: 1 });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'late']]);
    expect(await s.marks('label')).toEqual([['1', 0]]);
    expect(await s.link()).toMatchObject({ linked: 0, waiting: 1 });
    await s.predict('b', at(3));
    expect(await s.link()).toMatchObject({ linked: 1, waiting: 0 });
    expect(await s.labels()).toEqual([
      ['1', 0, 'a', 'late'],
      ['1', 3, 'b', 'late'],
    ]);
  });

  test('for good: the insert that let it wait arrives once more, late, and changes nothing', async () => {
    const s = scene('late');
    const early = { ...label('a', 50), partition: 0 };
    await insertLabels(raw, s.project, [waiting(early)]);
    await s.predict('a');
    expect(await s.link()).toMatchObject({ linked: 1, waiting: 0 });
    const waits = () =>
      rowsOf(raw, `SELECT id FROM labels FINAL WHERE project = '${s.project}' AND bucket = toDateTime(0)`);
    await insertLabels(raw, s.project, [waiting(early)]);
    expect(await waits()).toEqual([]);
    await insertLabels(raw, s.project, [waiting({ ...early, offset: 51n })]);
    expect(await waits()).toEqual([{ id: 'a' }]);
  });

  test('also when the insert that let it wait arrives after it was placed, which no mark tells of', async () => {
    const s = scene('unmarked');
    await s.predict('a');
    await s.predict('b', { version: '2' });
    await s.truth('a');
    await s.link();
    await insertLabels(
      raw,
      s.project,
      [label('a', 102), label('b', 103, { version: '1' }), label('c', 104)].map((each) =>
        waiting({ ...each, partition: 0 }),
      ),
    );
    expect(await s.link()).toMatchObject({ waiting: 2 });
    expect(await store.labels.recheck(s.project)).toBe(0);
    expect(await s.labels()).toEqual([['1', 0, 'a', 'late']]);
  });

  test('rounds over the waiting ids come to every overlooked label, however few ids a round has', async () => {
    const s = scene('rounds');
    for (const id of ['a', 'b', 'c']) await s.predict(id);
    await s.link();
    await insertLabels(
      raw,
      s.project,
      ['a', 'b', 'c', 'x', 'y'].map((id, at) => waiting({ ...label(id, 200 + at), partition: 0 })),
    );
    const found: string[] = [];
    let rounds = 0;
    for (let from = 0n; rounds === 0 || from !== 0n; rounds += 1) {
      const round = await overlookedLabels(raw, s.project, { from, ids: 2, limit: 10 });
      found.push(...round.labels.map(({ id }) => id));
      from = round.next;
    }
    expect(found.toSorted()).toEqual(['a', 'b', 'c']);
    expect(rounds).toBe(3);
  });

  test('that is stored while it looks: nobody has compared the two when both are there', async () => {
    const s = scene('race');
    await s.predict('a');
    await s.link();
    // The label looked before the prediction was there, and is stored after the comparison.
    await raw.command({ name: 'test', sql: `DELETE FROM arrivals WHERE project = '${s.project}'` });
    await s.truth('a');
    await store.intake.write(batch({ project: s.project, predictions: [prediction('a', 101)] }));
    expect(await s.labels()).toEqual([]);
    expect(await s.link()).toMatchObject({ linked: 1, waiting: 0 });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'late']]);
  });

  test('under every version, unless it names one', async () => {
    const s = scene('versions');
    await s.predict('a');
    await s.predict('a', { version: '2', ...at(1) });
    await s.predict('b');
    await s.predict('b', { version: '2', ...at(1) });
    await s.truth('a');
    await s.truth('b', { version: '2' });
    expect(await s.labels()).toEqual([
      ['1', 0, 'a', 'late'],
      ['2', 1, 'a', 'late'],
      ['2', 1, 'b', 'late'],
    ]);
  });

  test('of a version that comes later than the label', async () => {
    const s = scene('late version');
    await s.predict('a');
    await s.predict('b');
    await s.truth('a');
    await s.truth('b', { version: '1' });
    await s.predict('a', { version: '2', ...at(1) });
    await s.predict('b', { version: '2', ...at(1) });
    await s.link();
    expect(await s.labels()).toEqual([
      ['1', 0, 'a', 'late'],
      ['1', 0, 'b', 'late'],
      ['2', 1, 'a', 'late'],
    ]);
  });

  test('waits for the version that it names', async () => {
    const s = scene('named');
    await s.predict('a');
    await s.truth('a', { version: '2' });
    expect(await s.link()).toMatchObject({ linked: 0, waiting: 1 });
    await s.predict('a', { version: '2' });
    expect(await s.link()).toMatchObject({ linked: 1, waiting: 0 });
    expect(await s.labels()).toEqual([['2', 0, 'a', 'late']]);
  });

  test('of its own model and project only', async () => {
    const s = scene('models');
    await s.predict('a', { model: 'other' });
    await scene('elsewhere').predict('a');
    await s.truth('a');
    expect(await s.labels()).toEqual([]);
  });

  test.each([
    { name: 'a right hint', hint: START_MS + 60_000 },
    { name: 'a hint at the end of the bucket', hint: START_MS + HOUR_MS - 1 },
    { name: 'a wrong hint', hint: START_MS + 40 * DAY_MS },
    { name: 'a hint long before', hint: 0 },
    { name: 'a hint beyond all times', hint: 9e14 },
  ])('$name', async ({ name, hint }) => {
    const s = scene(name);
    await s.predict('a');
    await s.truth('a', { predictedAtMs: hint });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'late']]);
  });

  test('many at once, with ids of all kinds', async () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => `${n}-'\\\n\t"{}€`.padEnd(100, 'é'));
    expect(Object.keys(idParams(ids).params).length).toBeGreaterThan(10);
    await store.intake.write(batch({ project: 'bulk', predictions: ids.map((id, n) => prediction(id, n)) }));
    await store.intake.write(
      batch({ project: 'bulk', topic: 'ground-truth', labels: ids.map((id, n) => label(id, n)) }),
    );
    expect(await scene('bulk').labels()).toHaveLength(5_000);
  });
});

describe('which label counts', () => {
  test('the newest truth, whatever order it comes in', async () => {
    const s = scene('newest');
    await s.predict('a');
    await s.truth('a', { label: 'second', timeMs: START_MS + 2 * DAY_MS });
    await s.truth('a', { label: 'first' });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'second']]);
  });

  test('among equal times the one that the broker took last', async () => {
    const s = scene('ties');
    await s.predict('a');
    await s.truth('a', { label: 'x', brokerTimeMs: START_MS + 2 });
    await s.truth('a', { label: 'y', brokerTimeMs: START_MS + 1 });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'x']]);
  });

  test('a retraction takes it away, a newer label brings it back', async () => {
    const s = scene('retraction');
    await s.predict('a');
    await s.truth('a');
    await s.truth('a', { retracted: true, label: '', timeMs: START_MS + 2 * DAY_MS });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'retracted']]);
    await s.truth('a', { timeMs: START_MS + 3 * DAY_MS });
    expect(await s.labels()).toEqual([['1', 0, 'a', 'late']]);
  });

  test('the newest of those that waited', async () => {
    const s = scene('waited');
    await s.truth('a', { label: 'second', timeMs: START_MS + 2 * DAY_MS });
    await s.truth('a', { label: 'first' });
    await s.truth('a', { label: 'named', version: '1', timeMs: START_MS + 3 * DAY_MS });
    await s.predict('a');
    await s.link();
    expect(await s.labels()).toEqual([['1', 0, 'a', 'named']]);
  });

  test.each([
    { name: 'a second before its prediction', timeMs: START_MS + 59_000, early: true },
    { name: 'before the bucket', timeMs: START_MS - 1, early: true },
    { name: 'in the same moment', timeMs: START_MS + 60_000, early: false },
  ])('$name: early is $early', async ({ name, timeMs, early }) => {
    const s = scene(name);
    await s.predict('a');
    await s.truth('a', { timeMs });
    expect(await rowsOf(raw, `SELECT early FROM labels WHERE project = '${s.project}'`)).toEqual([{ early }]);
  });
});

describe('a prediction that is sent again with another time', () => {
  test('leaves its old bucket, with its label', async () => {
    const s = scene('move');
    await s.predict('a');
    await s.predict('stays');
    await s.truth('a');
    await s.link();
    await s.predict('a', at(5));
    expect(await s.link()).toMatchObject({ moved: 1, linked: 0 });
    expect(await s.counted()).toEqual([
      ['1', 0, 'stays'],
      ['1', 5, 'a'],
    ]);
    expect(await s.labels()).toContainEqual(['1', 5, 'a', 'late']);
    expect(await s.marks('moved')).toEqual([['1', 0]]);
    expect(await s.marks('label')).toEqual([
      ['1', 0],
      ['1', 5],
    ]);
    expect(await s.link()).toMatchObject({ moved: 0, linked: 0, more: false });
    expect(await s.marks('moved')).toHaveLength(1);
  });

  test('and back again counts where it was first', async () => {
    const s = scene('back');
    await s.predict('a');
    await s.predict('a', at(5));
    await s.link();
    await s.truth('a');
    expect(await s.labels()).toEqual([['1', 5, 'a', 'late']]);
    await s.predict('a', at(0));
    expect(await s.link()).toMatchObject({ moved: 1 });
    expect(await s.counted()).toEqual([['1', 0, 'a']]);
    expect(await s.labels()).toContainEqual(['1', 0, 'a', 'late']);
    await s.predict('a', at(5));
    await s.link();
    expect(await s.counted()).toEqual([['1', 5, 'a']]);
  });

  test('an older event that comes late does not take it away', async () => {
    const s = scene('late old');
    await s.predict('a', { brokerTimeMs: START_MS + 50 });
    await s.link();
    await s.predict('a', { ...at(5), brokerTimeMs: START_MS + 40 });
    await s.link();
    expect(await s.counted()).toEqual([['1', 0, 'a']]);
    expect(await s.marks('moved')).toEqual([['1', 5]]);
  });

  test('another version is another prediction', async () => {
    const s = scene('move version');
    await s.predict('a');
    await s.predict('a', { version: '2', ...at(5) });
    expect(await s.link()).toMatchObject({ moved: 0 });
    expect(await s.counted()).toEqual([
      ['1', 0, 'a'],
      ['2', 5, 'a'],
    ]);
  });
});

describe('link', () => {
  test('works in portions and says when there is more', async () => {
    const s = scene('portions');
    for (let n = 0; n < 5; n += 1) await s.predict(`p-${n}`);
    expect(await store.labels.link(s.project, 2)).toMatchObject({ more: true });
    expect(await store.labels.link(s.project, 2)).toMatchObject({ more: true });
    expect(await store.labels.link(s.project, 2)).toMatchObject({ more: false });
  });

  test('done again from the start, as after a crash, changes nothing', async () => {
    const s = scene('crash');
    await s.truth('a');
    await s.predict('a');
    await s.predict('a', at(5));
    await s.link();
    const before = [await s.labels(), await s.counted(), await s.marks('label'), await s.marks('moved')];
    await raw.command({ name: 'test', sql: `DELETE FROM mark_checks WHERE project = '${s.project}'` });
    expect(await s.link()).toMatchObject({ linked: 0, waiting: 0 });
    expect([await s.labels(), await s.counted(), await s.marks('label'), await s.marks('moved')]).toEqual(
      before,
    );
  });
});
