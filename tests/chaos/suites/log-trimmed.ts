import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '#libs/platform';
import { createClient } from '../../../libs/kafka/src/client.js';
import { pass } from '../fault-proxy.js';
import type { IngestProcess } from '../ingest-process.js';
import type { Rig } from '../rig.js';
import { until } from '../site.js';
import type { Suite } from '../suite.js';

/** One trimmed partition in this many loses all that it holds, so that no record tells of it. */
const WHOLE_CHANCE = 0.4;
const PARTITION_CHANCE = 0.7;
/** Within this time the accounting has to name the range. */
const REPORT_MS = 60_000;

type Trim = { partition: number; from: bigint; below: bigint };

/** Deletes records below an offset, as retention does, without regard to who has read them. */
const trim = async (rig: Rig, topic: string, trims: readonly Trim[]): Promise<void> => {
  const logger = createLogger({ logLevel: 'fatal' }, 'chaos');
  const admin = createClient({ ...rig.config.kafka, logger }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic);
  const partitions = trims.map(({ partition, below }) => ({ partition, offset: String(below) }));
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
};

/** Some of the partitions, each with how far it is to be cut off beyond what is committed. */
const chooseTrims = async (rig: Rig, topic: string): Promise<Trim[]> => {
  const committed = await rig.admin.committed(rig.groupId, topic);
  const trims: Trim[] = [];
  for (const { partition, start, end } of await rig.admin.offsets(topic)) {
    const from = committed.find((each) => each.partition === partition)?.offset ?? start;
    const part = rig.random() < WHOLE_CHANCE ? 1 : rig.random();
    const below = from + BigInt(Math.ceil(Number(end - from) * part));
    if (rig.random() < PARTITION_CHANCE && below > from) trims.push({ partition, from, below });
  }
  return trims;
};

const gapRecords = async (ingest: IngestProcess): Promise<number> =>
  [...(await ingest.metrics()).matchAll(/^plumbline_ingest_gap_records_total\{[^}]*\} (\d+)/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );

/** Cut off while nobody reads: exactly what was not committed is missing, and named before another record comes. */
const whileStopped = async (rig: Rig, ingest: IngestProcess, end: number): Promise<number> => {
  const topic = rig.topics.predictions;
  await ingest.end('SIGTERM');
  await rig.load.sendTo(end);
  const trims = await chooseTrims(rig, topic);
  if (trims.length > 0) await trim(rig, topic, trims);
  await ingest.start();
  await rig.drained();
  let lost = 0;
  for (const { partition, from, below } of trims) {
    rig.log.lose({ topic, life: 0, partition, from, to: below - 1n });
    lost += Number(below - from);
    await until(
      `the accounting to name ${topic}/${partition} ${from}–${below - 1n}`,
      async () =>
        (await rig.account({ topic, life: 0 }, partition))?.gaps.some(
          ([first, last]) => first === from && last === below - 1n,
        ) ?? false,
      { timeoutMs: REPORT_MS, everyMs: 300 },
    );
  }
  const told = await gapRecords(ingest);
  if (told !== lost) throw new Error(`the metric counts ${told} lost records, ${lost} were deleted unread`);
  return lost;
};

/** Cut off while ingest waits for its store with some of it in its hands: what it has is stored, the rest is named. */
const whileWaiting = async (rig: Rig, end: number): Promise<number> => {
  const topic = rig.topics.predictions;
  rig.proxy.fault = ({ abandoned }) => abandoned;
  await rig.load.sendTo(end);
  await sleep(rig.random() * 1_000);
  const trims = await chooseTrims(rig, topic);
  if (trims.length > 0) await trim(rig, topic, trims);
  rig.proxy.fault = pass;
  await rig.drained();
  let lost = 0;
  for (const { partition, from, below } of trims) {
    await until(
      `${topic}/${partition} to be accounted for up to ${below - 1n}`,
      async () => {
        const account = await rig.account({ topic, life: 0 }, partition);
        const last = account?.gaps.at(-1)?.[1] ?? -1n;
        return account !== undefined && (account.last >= below - 1n || last >= below - 1n);
      },
      { timeoutMs: REPORT_MS, everyMs: 300 },
    );
    const gaps = (await rig.account({ topic, life: 0 }, partition))?.gaps ?? [];
    for (const [first, last] of gaps.filter((gap) => gap[1] >= from)) {
      if (first < from || last !== below - 1n)
        throw new Error(
          `${topic}/${partition}: ${first}–${last} is missing, ${from}–${below - 1n} was cut off`,
        );
      rig.log.lose({ topic, life: 0, partition, from: first, to: last });
      lost += Number(last - first + 1n);
    }
  }
  return lost;
};

/** Retention overtakes ingest. */
export const logTrimmed: Suite = {
  name: 'log-trimmed',
  fault: 'log cut off past our offset',
  full: { kills: 30, events: 300_000 },
  run: async (rig, { kills, events }) => {
    const ingest = rig.ingest('a');
    const target = (part: number) => Math.ceil((events * part) / (kills * 2));
    await ingest.start();
    let lost = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      await rig.load.sendTo(target(kill * 2 - 1));
      await rig.drained();
      lost +=
        kill % 3 === 0
          ? await whileWaiting(rig, target(kill * 2))
          : await whileStopped(rig, ingest, target(kill * 2));
    }
    return { recordsLostAndNamed: lost };
  },
};
