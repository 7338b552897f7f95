import type { PartitionAccount } from '#libs/store';
import { RowBinary } from '../../libs/store/src/client/row-binary.js';
import { HOUR_MS, idOf, predictionOf, saysOf, subjectOf, truthOf } from './events.js';
import { isBad, isBadTruth } from './log.js';
import { countedIn, differences, recount } from './recount.js';
import type { Life, Rig } from './rig.js';

/** Checked: how much was compared, and everything that was not as it must be. */
export type Checked = {
  /** Records in the log that could be read. */
  received: number;
  acknowledged: number;
  accepted: number;
  quarantined: number;
  problems: string[];
};

const SHOWN = 20;
const INSERT_ROWS = 100_000;
const PASS_ROWS = 500_000;

/** The offsets of a life that must be in the store: all but what was deleted unread. */
const expectedOf = (rig: Rig, { topic, life }: Life, partition: number, end: bigint) => {
  const missing = rig.log.missing
    .filter((each) => each.topic === topic && each.life === life && each.partition === partition)
    .toSorted((a, b) => Number(a.from - b.from));
  const lost = missing.reduce((sum, { from, to }) => sum + (to - from + 1n), 0n);
  return { received: Number(end - lost), gaps: missing.map(({ from, to }) => `${from}–${to}`) };
};

/** Where the ledger and the broker do not say the same. */
const checkRanges = async (rig: Rig, accounts: readonly PartitionAccount[]): Promise<string[]> => {
  const problems: string[] = [];
  for (const life of rig.lives) {
    const ends = life.ends.size > 0 ? life.ends : await endsOf(rig, life.topic);
    for (const [partition, end] of ends) {
      const where = `${life.topic}/${partition} life ${life.life}`;
      const account = accounts.find(
        (each) =>
          each.topic === life.topic && each.incarnation === life.incarnation && each.partition === partition,
      );
      const expected = expectedOf(rig, life, partition, end);
      const gaps = account?.gaps.map(([from, to]) => `${from}–${to}`) ?? [];
      const found = { received: account?.received ?? 0, gaps };
      if (JSON.stringify(found) !== JSON.stringify(expected))
        problems.push(
          `ledger ${where}: found ${JSON.stringify(found)}, the log has ${JSON.stringify(expected)}`,
        );
      if (account !== undefined && account.accepted + account.quarantined !== account.received)
        problems.push(
          `ledger ${where}: ${account.accepted} + ${account.quarantined} is not ${account.received}`,
        );
    }
  }
  return problems;
};

const endsOf = async (rig: Rig, topic: string): Promise<Map<number, bigint>> =>
  new Map((await rig.admin.offsets(topic)).map(({ partition, end }) => [partition, end]));

/** The producer's log as a table, and what follows from it for every prediction as another. */
const loadLog = async (rig: Rig): Promise<void> => {
  await rig.raw.command({ name: 'chaos-table', sql: 'DROP TABLE IF EXISTS chaos_log' });
  await rig.raw.command({ name: 'chaos-table', sql: 'DROP TABLE IF EXISTS chaos_expected' });
  await rig.raw.command({
    name: 'chaos-table',
    sql: `CREATE TABLE chaos_log (topic LowCardinality(String), incarnation LowCardinality(String), partition UInt16, offset UInt64, id String, bad Bool, raw String)
      ENGINE = MergeTree ORDER BY (topic, incarnation, partition, offset)`,
  });
  await rig.raw.command({
    name: 'chaos-table',
    sql: `CREATE TABLE chaos_expected (id String, bucket DateTime('UTC'), score Float64, truth String) ENGINE = MergeTree ORDER BY id`,
  });
  const incarnations = new Map(
    rig.lives.map(({ topic, life, incarnation }) => [`${topic}/${life}`, incarnation]),
  );
  const table = {
    name: 'chaos_log',
    columns: ['topic', 'incarnation', 'partition', 'offset', 'id', 'bad', 'raw'],
  };
  await insertAll(rig, table, rig.log.readable(), (writer, { entry, index, offset }) => {
    const bad = isBad(entry.kind, index);
    writer.string(entry.topic);
    writer.string(incarnations.get(`${entry.topic}/${entry.life}`) ?? '');
    writer.uint16(entry.partition);
    writer.uint64(offset);
    writer.string(bad ? '' : idOf(rig.events, subjectOf(index)));
    writer.bool(bad);
    writer.string(!bad ? '' : isBadTruth(index) ? `no JSON ${index}` : predictionOf(rig.events, index));
  });
  const { contents, truths } = rig.log.outcome();
  const expected = { name: 'chaos_expected', columns: ['id', 'bucket', 'score', 'truth'] };
  await insertAll(rig, expected, contents, (writer, [subject, content]) => {
    const { bucket, score } = saysOf(content);
    writer.string(idOf(rig.events, subject));
    writer.dateTime(rig.events.startMs + bucket * HOUR_MS);
    writer.float64(score);
    writer.string(truths.has(subject) ? truthOf(subject) : '');
  });
};

const insertAll = async <T>(
  rig: Rig,
  table: { name: string; columns: string[] },
  items: Iterable<T>,
  write: (writer: RowBinary, item: T) => void,
): Promise<void> => {
  let writer = new RowBinary();
  let rows = 0;
  const flush = async () => {
    if (rows === 0) return;
    await rig.raw.insertRowBinary({
      table: table.name,
      columns: table.columns,
      data: writer.chunks(),
      timeoutMs: 60_000,
    });
    writer = new RowBinary();
    rows = 0;
  };
  for (const item of items) {
    write(writer, item);
    rows += 1;
    if (rows === INSERT_ROWS) await flush();
  }
  await flush();
};

const PLACE = 'topic, incarnation, partition, offset';
/** Rows of predictions that count: not those whose id has moved on to another bucket. */
const CURRENT = `
  SELECT p.id AS id, p.bucket AS bucket, p.score AS score
  FROM predictions AS p FINAL
  LEFT JOIN moved AS m FINAL
    ON m.project = p.project AND m.model = p.model AND m.version = p.version AND m.bucket = p.bucket AND m.id_hash = cityHash64(p.id)
  WHERE p.origin = '' AND p.row_version >= m.row_version`;

/** Statements that must find nothing; the first columns say where. */
const mustBeEmpty = ({ topics }: Rig): Record<string, string> => ({
  'a good prediction is not among the arrivals': `
    SELECT l.topic, l.partition, l.offset, l.id FROM chaos_log AS l
    LEFT ANTI JOIN (SELECT ${PLACE}, id_hash FROM arrivals FINAL) AS a USING (${PLACE})
    WHERE NOT l.bad AND l.topic = '${topics.predictions}'`,
  'an arrival has another id than was sent': `
    SELECT l.topic, l.partition, l.offset, l.id FROM chaos_log AS l
    INNER JOIN (SELECT ${PLACE}, id_hash FROM arrivals FINAL) AS a USING (${PLACE})
    WHERE a.id_hash != cityHash64(l.id)`,
  'a bad event is not in quarantine with its bytes': `
    SELECT l.topic, l.partition, l.offset FROM chaos_log AS l
    LEFT ANTI JOIN (SELECT ${PLACE}, raw FROM quarantine FINAL) AS q USING (${PLACE}, raw)
    WHERE l.bad`,
  'a good event is in quarantine': `
    SELECT l.topic, l.partition, l.offset, l.id FROM chaos_log AS l
    INNER JOIN (SELECT ${PLACE} FROM quarantine FINAL) AS q USING (${PLACE})
    WHERE NOT l.bad`,
  'an offset arrived twice': `
    SELECT ${PLACE} FROM arrivals FINAL GROUP BY ${PLACE} HAVING count() > 1`,
  'an offset is both accepted and quarantined': `
    SELECT ${PLACE} FROM arrivals FINAL INNER JOIN (SELECT ${PLACE} FROM quarantine FINAL) AS q USING (${PLACE})`,
  'a prediction is lost': `
    SELECT e.id FROM chaos_expected AS e LEFT ANTI JOIN (${CURRENT}) AS c USING (id)`,
  'a prediction is there twice': `SELECT id FROM (${CURRENT}) GROUP BY id HAVING count() > 1`,
  'a prediction that nobody sent is there': `
    SELECT c.id FROM (${CURRENT}) AS c LEFT ANTI JOIN chaos_expected AS e USING (id)`,
  'a prediction is not the newest that was sent': `
    SELECT e.id, e.bucket, c.bucket, e.score, c.score FROM chaos_expected AS e INNER JOIN (${CURRENT}) AS c USING (id)
    WHERE c.bucket != e.bucket OR c.score != e.score`,
  'a label is lost, twice, wrong or in another bucket than its prediction': `
    SELECT e.id, e.truth, e.bucket, count() AS n, any(l.label), any(l.bucket)
    FROM chaos_expected AS e LEFT JOIN (SELECT id, label, bucket FROM labels FINAL) AS l ON l.id = e.id AND l.bucket = e.bucket
    WHERE e.truth != '' GROUP BY ALL HAVING n != 1 OR any(l.label) != e.truth`,
  'a label waits although its prediction is there': `
    SELECT id FROM labels FINAL WHERE bucket = toDateTime(0) AND id IN (SELECT id FROM chaos_expected)`,
});

const checkRows = async (rig: Rig): Promise<string[]> => {
  const problems: string[] = [];
  for (const [what, sql] of Object.entries(mustBeEmpty(rig))) {
    const [total] = await rig.rows(`SELECT count() AS n FROM (${sql})`);
    if (Number(total?.['n']) === 0) continue;
    const some = await rig.rows(`SELECT * FROM (${sql}) LIMIT 3`);
    problems.push(`${what}: ${String(total?.['n'])} times, such as ${JSON.stringify(some)}`);
  }
  return problems;
};

/** The accounting against the tables that it is made from. */
const checkSums = async (rig: Rig, accounts: readonly PartitionAccount[]): Promise<string[]> => {
  const problems: string[] = [];
  const predictions = accounts.filter(({ topic }) => topic === rig.topics.predictions);
  const sum = (
    field: 'accepted' | 'quarantined' | 'current' | 'duplicates' | 'amended',
    of = predictions,
  ): number => of.reduce((total, account) => total + account[field], 0);
  const [counted] = await rig.rows(`
    SELECT (SELECT count() FROM arrivals FINAL) AS arrivals, (SELECT count() FROM quarantine FINAL) AS quarantine,
      (SELECT count() FROM chaos_expected) AS ids`);
  const same = (what: string, a: number, b: number): void => {
    if (a !== b) problems.push(`${what}: ${a} is not ${b}`);
  };
  same('accepted and arrivals', sum('accepted'), Number(counted?.['arrivals']));
  same(
    'quarantined and rows of quarantine',
    sum('quarantined', [...accounts]),
    Number(counted?.['quarantine']),
  );
  same(
    'accepted and current + duplicates + amended',
    sum('accepted'),
    sum('current') + sum('duplicates') + sum('amended'),
  );
  same('current and ids that were sent', sum('current'), Number(counted?.['ids']));
  return problems;
};

/** settle: what a worker does until nothing is left to do. */
const settle = async (rig: Rig): Promise<void> => {
  for (;;) if (!(await rig.store.labels.link('default', PASS_ROWS)).more) break;
  while ((await rig.store.labels.recheck('default')) > 0);
  const plan = await rig.plan();
  if (plan === null) return;
  for (;;) {
    const dirty = await rig.store.profiles.dirtyBuckets(plan, 100);
    if (dirty.length === 0) return;
    await rig.store.profiles.compute(plan, dirty);
  }
};

const checkProfiles = async (rig: Rig): Promise<string[]> => {
  const plan = await rig.plan();
  if (plan === null) return ['profiles: the model was never registered'];
  const chunks = await rig.store.profiles.chunks(plan, 'all', undefined, 'bucket');
  return differences(countedIn(chunks), recount(rig.events, rig.log.outcome()));
};

/**
 * check: the one checker of all suites. Everything that Kafka acknowledged is accepted or in quarantine, nothing twice, the ledger has no
 * gap but the known ones, every prediction is the newest that was sent, every label lies with its prediction, profiles equal a recount.
 */
export const check = async (rig: Rig): Promise<Checked> => {
  await rig.stopTick();
  await settle(rig);
  await loadLog(rig);
  const accounts = await rig.store.intake.accounting('default');
  const found = [
    await checkRanges(rig, accounts),
    await checkRows(rig),
    await checkSums(rig, accounts),
    await checkProfiles(rig),
  ].flat();
  const total = (field: 'received' | 'accepted' | 'quarantined') =>
    accounts.reduce((sum, account) => sum + account[field], 0);
  return {
    received: total('received'),
    acknowledged: rig.log.count,
    accepted: total('accepted'),
    quarantined: total('quarantined'),
    problems: found.length > SHOWN ? [...found.slice(0, SHOWN), `and ${found.length - SHOWN} more`] : found,
  };
};
