import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore, migrate } from '#libs/store';
import type { Database } from '../../libs/store/src/client/index.js';
import { ARRIVAL_COLUMNS } from '../../libs/store/src/intake/arrivals.js';
import { ACKNOWLEDGED_GAP_COLUMNS, REPORTED_GAP_COLUMNS } from '../../libs/store/src/intake/gaps.js';
import { LEDGER_COLUMNS } from '../../libs/store/src/intake/ledger.js';
import { MARK_CHECK_COLUMNS, MARK_COLUMNS } from '../../libs/store/src/intake/marks.js';
import { POSITION_COLUMNS } from '../../libs/store/src/intake/positions.js';
import { PREDICTION_COLUMNS } from '../../libs/store/src/intake/predictions.js';
import { ERASED_COLUMNS } from '../../libs/store/src/privacy/refuse-erased.js';
import { TOO_LATE_COLUMNS } from '../../libs/store/src/retention/too-late.js';
import { QUARANTINE_COLUMNS } from '../../libs/store/src/intake/quarantine.js';
import { OUTCOME_COLUMNS, REPLAY_COLUMNS } from '../../libs/store/src/intake/replays.js';
import { LABEL_COLUMNS } from '../../libs/store/src/labels/label-rows.js';
import { MOVED_COLUMNS } from '../../libs/store/src/labels/moves.js';
import { DOCUMENT_COLUMNS } from '../../libs/store/src/registry/documents.js';
import { TRANSITION_COLUMNS } from '../../libs/store/src/results/alerts.js';
import { EVALUATION_COLUMNS } from '../../libs/store/src/results/record-evaluation.js';
import { FINDING_COLUMNS } from '../../libs/store/src/results/finding-rows.js';
import { NOTICE_COLUMNS } from '../../libs/store/src/results/notices.js';
import { freshConfig, freshDatabase, rowsOf } from './store-fixture.js';

let raw: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ raw, drop } = await freshDatabase());
});
afterAll(() => drop());

/** Columns that ClickHouse fills itself, by table. */
const filled: Record<string, string[]> = { arrivals: ['id_hash'], bucket_marks: ['at'], too_late: ['at'] };

test.each<[string, readonly string[]]>([
  ['documents', DOCUMENT_COLUMNS],
  ['predictions', PREDICTION_COLUMNS],
  ['labels', LABEL_COLUMNS],
  ['arrivals', ARRIVAL_COLUMNS],
  ['moved', MOVED_COLUMNS],
  ['bucket_marks', MARK_COLUMNS],
  ['mark_checks', MARK_CHECK_COLUMNS],
  ['range_ledger', LEDGER_COLUMNS],
  ['ingest_positions', POSITION_COLUMNS],
  ['quarantine', QUARANTINE_COLUMNS],
  ['replays', REPLAY_COLUMNS],
  ['replay_outcomes', OUTCOME_COLUMNS],
  ['reported_gaps', REPORTED_GAP_COLUMNS],
  ['acknowledged_gaps', ACKNOWLEDGED_GAP_COLUMNS],
  ['erased_arrivals', ERASED_COLUMNS],
  ['too_late', TOO_LATE_COLUMNS],
  ['findings', FINDING_COLUMNS],
  ['evaluations', EVALUATION_COLUMNS],
  ['alert_transitions', TRANSITION_COLUMNS],
  ['notifications', NOTICE_COLUMNS],
])('the code writes all columns of %s', async (table, columns) => {
  const rows = await rowsOf(
    raw,
    `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${table}'`,
  );
  expect([...columns, ...(filled[table] ?? [])].toSorted()).toEqual(
    rows.map(({ name }) => String(name)).toSorted(),
  );
});

test('a second time there is nothing to do', async () => {
  const config = freshConfig();
  const lines: string[] = [];
  const first = await migrate(config, (line) => lines.push(line));
  expect(first).toContain('001_initial');
  expect(lines).toEqual(first.map((id) => `applying migration ${id}`));
  expect(await migrate(config)).toEqual([]);
  await raw.command({ name: 'test', sql: `DROP DATABASE ${config.database} SYNC` });
});

test('processes that migrate at the same time do not disturb each other', async () => {
  const config = freshConfig();
  await Promise.all(Array.from({ length: 4 }, () => migrate(config)));
  const store = createStore(config);
  await store.ping();
  expect(await store.documents.projects()).toEqual([]);
  expect(await migrate(config)).toEqual([]);
  await store.close();
  await raw.command({ name: 'test', sql: `DROP DATABASE ${config.database} SYNC` });
});

test('a migration that stopped half-way is finished', async () => {
  const config = freshConfig();
  await migrate(config);
  await raw.command({ name: 'test', sql: `TRUNCATE TABLE ${config.database}.schema_migrations` });
  await raw.command({ name: 'test', sql: `DROP TABLE ${config.database}.alert_transitions SYNC` });
  expect(await migrate(config)).toContain('001_initial');
  expect(await rowsOf(raw, `SELECT count() AS n FROM ${config.database}.alert_transitions`)).toEqual([
    { n: '0' },
  ]);
  await raw.command({ name: 'test', sql: `DROP DATABASE ${config.database} SYNC` });
});

test('an applied migration that was changed is refused', async () => {
  const config = freshConfig();
  await migrate(config);
  await raw.command({
    name: 'test',
    sql: `INSERT INTO ${config.database}.schema_migrations (id, checksum, applied_at) SELECT '001_initial', 'other', now64(3) + 10`,
  });
  await expect(migrate(config)).rejects.toThrow(/migration 001_initial was changed after it was applied/);
  await raw.command({ name: 'test', sql: `DROP DATABASE ${config.database} SYNC` });
});

test.each([
  { name: 'a server that is away', config: { url: 'http://127.0.0.1:9' }, retryable: true },
  { name: 'a wrong password', config: { password: 'wrong' }, retryable: false },
])('$name', async ({ config, retryable }) => {
  await expect(migrate({ ...freshConfig(), ...config })).rejects.toMatchObject({
    name: 'StoreError',
    retryable,
  });
});
