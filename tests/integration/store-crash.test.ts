import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../libs/store/src/client/index.js';
import { writeBatch } from '../../libs/store/src/intake/write.js';
import { readAccounting } from '../../libs/store/src/intake/accounting.js';
import { linkArrivals } from '../../libs/store/src/labels/link.js';
import { batch, freshDatabase, HOUR_MS, label, prediction, rowsOf, START_MS } from './store-fixture.js';

let raw: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ raw, drop } = await freshDatabase());
});
afterAll(() => drop());

/** Projects at work at one time. */
const TOGETHER = 6;

class Killed extends Error {}

/** A database whose process dies when its n-th write is stored: which is also before the next one. */
function mortal(dieAt: number): Database {
  let writes = 0;
  return {
    ...raw,
    insertRowBinary: async (insert) => {
      writes += 1;
      await raw.insertRowBinary(insert);
      if (writes === dieAt) throw new Killed();
    },
  };
}

const later = { timeMs: START_MS + 5 * HOUR_MS };
const batches = (project: string) => [
  batch({ project, topic: 'ground-truth', labels: [label('early', 0), label('never', 1)] }),
  batch({ project, predictions: [prediction('a', 0), prediction('early', 1), prediction('b', 2)] }),
  batch({
    project,
    predictions: [prediction('a', 3, later), prediction('b', 4, { version: '2' })],
    quarantined: [
      {
        offset: 5n,
        brokerTimeMs: START_MS,
        reason: 'not_json',
        field: '',
        message: '',
        key: '',
        raw: new Uint8Array(),
        rawBytes: 0,
        headers: {},
      },
    ],
  }),
  batch({ project, topic: 'ground-truth', labels: [label('a', 2), label('b', 3, { version: '1' })] }),
];

/** Writes and links everything; a process that dies is followed by one that does the batch again. */
async function run(project: string, database: Database): Promise<number> {
  let deaths = 0;
  const survive = async (act: (on: Database) => Promise<unknown>): Promise<void> => {
    try {
      await act(database);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      deaths += 1;
      await act(raw);
    }
  };
  for (const each of batches(project)) {
    await survive((on) => writeBatch(on, each));
    await survive((on) => linkArrivals(on, project, 1_000));
  }
  return deaths;
}

const tables = [
  'predictions',
  'arrivals',
  'labels',
  'moved',
  'quarantine',
  'range_ledger',
  'bucket_marks',
  'mark_checks',
];
async function outcome(project: string): Promise<unknown> {
  const contents = await Promise.all(
    tables.map((table) => rowsOf(raw, `SELECT * FROM ${table} FINAL WHERE project = '${project}'`)),
  );
  const unlike = new Set(['project', 'at', 'marked_at']);
  const sorted = contents.map((rows) =>
    rows
      .map((row) => JSON.stringify(Object.entries(row).filter(([column]) => !unlike.has(column))))
      .toSorted(),
  );
  return { tables: sorted, accounting: await readAccounting(raw, project) };
}

test('a death at any write, and the work done again, end in the same rows', async () => {
  await run('undisturbed', raw);
  const expected = await outcome('undisturbed');
  let deaths = 0;
  for (let from = 1, alive = false; !alive; from += TOGETHER) {
    const died = await Promise.all(
      Array.from({ length: TOGETHER }, async (_, at) => {
        const project = `death-${from + at}`;
        const count = await run(project, mortal(from + at));
        expect(await outcome(project), project).toEqual(expected);
        return count;
      }),
    );
    deaths += died.reduce((sum, count) => sum + count, 0);
    alive = died.includes(0);
  }
  expect(deaths).toBeGreaterThan(20);
}, 600_000);
