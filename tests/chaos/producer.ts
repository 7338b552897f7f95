import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#libs/platform';
import type kafkajs from 'kafkajs';
import { createClient } from '../../libs/kafka/src/client.js';
import { groundTruthOf, hasTruth, partitionOf, predictionOf, subjectOf, type Events } from './events.js';
import { AckLog, isBadTruth, type Entry } from './log.js';

type Options = {
  brokers: string[];
  logger: Logger;
  events: Events;
  topics: { predictions: string; groundTruth: string };
  partitions: number;
};

type Part = { kind: Entry['kind']; topic: string; partition: number; indexes: number[] };

const CHUNK = 2_000;
const PAUSE_MS = 300;

/**
 * Load: sends events in their order and notes where Kafka put them. A refused send is sent again until it is acknowledged, as a service
 * would: the records of the refused one may lie in the log all the same, and then count as sent twice.
 */
export class Load {
  /** First event that is not acknowledged yet. */
  next = 0;
  /** Sends that failed and were repeated. */
  refused = 0;
  /** Which life a topic is in, where it is not the first. */
  readonly lives = new Map<string, number>();
  log = new AckLog();
  private client: Promise<kafkajs.Producer> | undefined;

  constructor(private readonly options: Options) {}

  /** sendTo: sends all events below `end`; waits for a broker that is away. */
  async sendTo(end: number): Promise<void> {
    while (this.next < end) {
      const upTo = Math.min(end, this.next + CHUNK);
      await this.insist(this.parts(this.next, upTo));
      this.next = upTo;
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  private parts(from: number, end: number): Part[] {
    const { topics, partitions } = this.options;
    const parts = new Map<string, Part>();
    const add = (kind: Part['kind'], topic: string, index: number): void => {
      const partition = partitionOf(subjectOf(index), partitions);
      const key = `${kind}/${partition}`;
      const part = parts.get(key) ?? { kind, topic, partition, indexes: [] };
      parts.set(key, part);
      part.indexes.push(index);
    };
    for (let index = from; index < end; index += 1) {
      if (hasTruth(index)) add('truth', topics.groundTruth, index);
      add('prediction', topics.predictions, index);
    }
    return [...parts.values()];
  }

  private valueOf({ kind }: Part, index: number): string {
    const { events } = this.options;
    if (kind === 'prediction') return predictionOf(events, index);
    return isBadTruth(index) ? `no JSON ${index}` : groundTruthOf(events, index);
  }

  private async insist(parts: readonly Part[]): Promise<void> {
    let left = parts;
    while (left.length > 0) {
      left = await this.once(left).catch(async () => {
        this.refused += 1;
        await this.close();
        await sleep(PAUSE_MS);
        return left;
      });
    }
  }

  private async once(parts: readonly Part[]): Promise<Part[]> {
    this.client ??= this.connect();
    const client = await this.client;
    const topicMessages = [...Map.groupBy(parts, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      messages: of.flatMap((part) =>
        part.indexes.map((index) => ({
          key: String(subjectOf(index)),
          value: this.valueOf(part, index),
          partition: part.partition,
        })),
      ),
    }));
    const acks = await client.sendBatch({ acks: -1, topicMessages });
    return parts.filter((part) => !this.note(part, acks));
  }

  /** Whether the part is among what was acknowledged. */
  private note(part: Part, acks: readonly kafkajs.RecordMetadata[]): boolean {
    const ack = acks.find(
      ({ topicName, partition }) => topicName === part.topic && partition === part.partition,
    );
    if (ack?.baseOffset === undefined || ack.errorCode !== 0) return false;
    this.log.add({ ...part, life: this.lives.get(part.topic) ?? 0, baseOffset: BigInt(ack.baseOffset) });
    return true;
  }

  private async connect(): Promise<kafkajs.Producer> {
    const { brokers, logger } = this.options;
    const client = createClient({ brokers, clientId: 'chaos-load', logger }).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    await client.connect();
    return client;
  }
}
