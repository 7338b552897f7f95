import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../rig.js';
import { until } from '../site.js';
import type { Suite } from '../suite.js';

/** Slow enough that a backlog is there when the topic goes. */
const SLOW_MS = 300;

/** The same name, another topic: offsets begin at 0 again. */
const recreate = async (rig: Rig): Promise<void> => {
  const topic = rig.topics.predictions;
  await rig.load.close();
  await rig.deleteTopic(topic);
  await rig.createTopic(topic);
  rig.load.lives.set(topic, (rig.load.lives.get(topic) ?? 0) + 1);
};

/** Waits until what is reported of every partition knows the end of its log. */
const reported = async (rig: Rig): Promise<void> => {
  const topic = rig.topics.predictions;
  const { incarnation = '' } = rig.lives.findLast((each) => each.topic === topic) ?? {};
  const ends = await rig.admin.offsets(topic);
  await until('reports on the ends of the log', async () => {
    const rows = await rig.rows(
      `SELECT partition, end_offset FROM ingest_positions FINAL WHERE topic = '${topic}' AND incarnation = '${incarnation}'`,
    );
    return ends.every(({ partition, end }) =>
      rows.some((row) => row['partition'] === partition && row['end_offset'] === String(end)),
    );
  });
};

/** What was in the deleted topic and not stored: from the last stored offset to the end. */
const loseRest = async (rig: Rig): Promise<number> => {
  const topic = rig.topics.predictions;
  const old = rig.lives.filter((each) => each.topic === topic).at(-2);
  let lost = 0;
  for (const [partition, end] of old?.ends ?? []) {
    const account = await rig.account({ topic, life: old?.life ?? 0 }, partition);
    const from = (account?.last ?? -1n) + 1n;
    rig.log.lose({ topic, life: old?.life ?? 0, partition, from, to: end - 1n });
    lost += Number(end - from);
  }
  return lost;
};

/** A topic is deleted and made again: under its reader, before its end was read, or while nobody reads. */
export const topicRecreated: Suite = {
  name: 'topic-recreated',
  fault: 'topic deleted and created again',
  full: { kills: 21, events: 210_000 },
  run: async (rig, { kills, events }) => {
    const ingest = rig.ingest('a');
    const target = (part: number) => Math.ceil((events * part) / (kills * 2));
    await ingest.start();
    let lost = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      await rig.load.sendTo(target(kill * 2 - 1));
      await rig.drained();
      switch (kill % 3) {
        case 0:
          await ingest.end('SIGTERM');
          await recreate(rig);
          await rig.load.sendTo(target(kill * 2));
          await ingest.start();
          break;
        case 1:
          await sleep(rig.random() * 500);
          await recreate(rig);
          await rig.load.sendTo(target(kill * 2));
          break;
        default:
          rig.proxy.delayMs = SLOW_MS;
          await rig.load.sendTo(target(kill * 2));
          await reported(rig);
          await recreate(rig);
          rig.proxy.delayMs = 0;
      }
      await rig.drained();
      if (kill % 3 === 2) lost += await loseRest(rig);
    }
    return { lives: kills + 1, recordsLostAndNamed: lost };
  },
};
