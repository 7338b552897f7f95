import { createLogger } from '#libs/platform';
import { createClient } from '../../../libs/kafka/src/client.js';
import type { Checked } from '../checker.js';
import type { Anything } from '../fuzz/anything.js';
import { FuzzSource, goodPrediction, goodTruth } from '../fuzz/source.js';
import type { Rig } from '../rig.js';
import type { Suite } from '../suite.js';

const GOOD_EVERY = 5;
const SEND_EVENTS = 500;
const SEND_BYTES = 700_000;
const TRUTH_EVERY = 5;

type Value = Anything;

/** Splits so that no send is larger than a broker takes, except for an event that is so by itself. */
const sends = function* (values: readonly Value[]): Generator<Value[]> {
  let part: Value[] = [];
  let bytes = 0;
  for (const value of values) {
    const size = value?.length ?? 0;
    if (part.length > 0 && (part.length >= SEND_EVENTS || bytes + size > SEND_BYTES)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(value);
    bytes += size;
  }
  if (part.length > 0) yield part;
};

/** Sends anything with good neighbours among it; returns how much of each. */
const produce = async (rig: Rig, events: number): Promise<{ good: number; sent: number }> => {
  const logger = createLogger({ logLevel: 'fatal' }, 'chaos');
  const producer = createClient({ ...rig.config.kafka, logger }).producer({ idempotent: true });
  await producer.connect();
  const nowMs = Date.now();
  const source = new FuzzSource(rig.options.seed, nowMs);
  const count = { good: 0, sent: 0 };
  for (let turn = 0; count.sent < events; turn += 1) {
    const kind = turn % TRUTH_EVERY === TRUTH_EVERY - 1 ? 'truth' : 'prediction';
    const topic = kind === 'truth' ? rig.topics.groundTruth : rig.topics.predictions;
    const values = Array.from({ length: Math.min(SEND_EVENTS * 4, events - count.sent) }, (_, at): Value => {
      if (at % GOOD_EVERY !== 0) return source.next(kind);
      if (kind === 'truth') return goodTruth(Math.floor(rig.random() * (count.good + 1)), nowMs);
      count.good += 1;
      return goodPrediction(count.good, nowMs);
    });
    for (const part of sends(values))
      await producer.send({
        topic,
        messages: part.map((value, at) => ({ key: at % 7 === 0 ? null : `k${at % 100}`, value })),
      });
    count.sent += values.length;
  }
  await producer.disconnect();
  return count;
};

const NEIGHBOURS = `SELECT uniqExact(id) AS n FROM predictions FINAL WHERE model = 'fuzz' AND version = '1' AND match(id, '^good-\\\\d+$')`;

const checkFuzz = async (rig: Rig): Promise<Checked> => {
  const problems: string[] = [];
  const accounts = await rig.store.intake.accounting('default');
  const sum = (field: 'received' | 'accepted' | 'quarantined') =>
    accounts.reduce((total, account) => total + account[field], 0);
  const same = (what: string, is: number, should: number): void => {
    if (is !== should) problems.push(`${what}: found ${is}, must be ${should}`);
  };
  let produced = 0n;
  for (const topic of Object.values(rig.topics))
    for (const { end } of await rig.admin.offsets(topic)) produced += end;
  const [rows] = await rig.rows(`SELECT
    (SELECT count() FROM arrivals FINAL) AS arrivals,
    (SELECT count() FROM quarantine FINAL) AS quarantined,
    (SELECT countIf(reason = '' OR message = '') FROM quarantine FINAL) AS unexplained`);
  const predictions = accounts.filter(({ topic }) => topic === rig.topics.predictions);
  same('received', sum('received'), Number(produced));
  same('accepted + quarantined', sum('accepted') + sum('quarantined'), Number(produced));
  same('gaps', accounts.flatMap(({ gaps }) => gaps).length, 0);
  same(
    'arrivals',
    Number(rows?.['arrivals']),
    predictions.reduce((total, { accepted }) => total + accepted, 0),
  );
  same('rows of quarantine', Number(rows?.['quarantined']), sum('quarantined'));
  same('quarantined without a reason', Number(rows?.['unexplained']), 0);
  return {
    received: sum('received'),
    acknowledged: Number(produced),
    accepted: sum('accepted'),
    quarantined: sum('quarantined'),
    problems,
  };
};

/** Anything at all, through real Kafka, ingest and ClickHouse: a batch that the store refused would hold up its partition for ever. */
export const fuzz: Suite = {
  name: 'fuzz',
  fault: 'run of events of any bytes',
  full: { kills: 1, events: 300_000 },
  topicConfig: { 'max.message.bytes': '20000000' },
  run: async (rig, { events }) => {
    const ingest = rig.ingest('a');
    await ingest.start();
    const { good, sent } = await produce(rig, events);
    await rig.drained();
    const [kept] = await rig.rows(NEIGHBOURS);
    if (Number(kept?.['n']) !== good)
      throw new Error(`${String(kept?.['n'])} of ${good} good neighbours were stored`);
    return { anything: sent - good, goodNeighbours: good };
  },
  check: checkFuzz,
};
