import { setTimeout as sleep } from 'node:timers/promises';

import { backoffMs, type Logger } from '#libs/platform';
import type { Consumer as KafkaConsumer, EachBatchPayload, Kafka } from 'kafkajs';

import { createAdmin, type Admin } from './admin.js';
import { BatchFlow, type BatchHandler, type BatchRules } from './batches.js';
import { createClient, type KafkaConnection } from './client.js';
import type { ConsumerEvent } from './consumer-event.js';
import { onReset } from './guards.js';
import type { PartitionPosition } from './progress.js';
import { watchSilence } from './silence.js';
import { Session, type Assignment, type Seek } from './session.js';

/** ConsumerOptions: durations in ms, sizes in bytes; defaults suit events of about a kilobyte. */
export type ConsumerOptions = {
  connection: KafkaConnection;
  groupId: string;
  topics: readonly string[];
  handler: BatchHandler;
  onEvent?: (event: ConsumerEvent) => void;
  /** Largest part of a fetched batch handed to the handler at once. */
  maxRecords?: number;
  maxBytes?: number;
  /** A fetch returns with this much, or after `maxWaitMs`. */
  minFetchBytes?: number;
  maxWaitMs?: number;
  fetchBytesPerPartition?: number;
  /** Of all brokers together. */
  fetchBytes?: number;
  sessionTimeoutMs?: number;
  heartbeatIntervalMs?: number;
  rebalanceTimeoutMs?: number;
  /** Partitions handled side by side; each one stays in order. */
  concurrency?: number;
  /** How often topics are looked for that were created again while nothing arrives. */
  lookEveryMs?: number;
  /** A client that shows no sign of life for this long beside a rebalance is made anew. */
  silenceMs?: number;
};

/** Consumer: a member of a group that goes on by itself after any failure, until it is stopped. */
export type Consumer = {
  /** Begins in the background; a broker that is away is waited for. */
  start(): void;
  /** Fetches no more, lets running handlers end for at most `graceMs`, then aborts them, and leaves the group. */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Positions in the partitions assigned now; empty while there is no session. */
  positions(): PartitionPosition[];
  readonly isConnected: boolean;
};

const MIB = 1024 * 1024;
const DEFAULTS = {
  maxRecords: 50_000,
  maxBytes: 8 * MIB,
  minFetchBytes: 256 * 1024,
  maxWaitMs: 500,
  fetchBytesPerPartition: 4 * MIB,
  fetchBytes: 16 * MIB,
  sessionTimeoutMs: 30_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  concurrency: 2,
  lookEveryMs: 15_000,
  silenceMs: 60_000,
};
const METADATA_MAX_AGE_MS = 30_000;
const RESTART = { baseMs: 500, maxMs: 5_000 };
const STABLE_AFTER_MS = 60_000;
const STOP_GRACE_MS = 10_000;
const DISCONNECT_MS = 5_000;
const RETRY = {
  retries: 4,
  initialRetryTime: 300,
  maxRetryTime: 3_000,
  restartOnFailure: () => Promise.resolve(false),
};

type Settings = typeof DEFAULTS & ConsumerOptions;

const settingsOf = (options: ConsumerOptions): Settings => ({ ...DEFAULTS, ...options });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

class GroupConsumer implements Consumer {
  private readonly settings: Settings;
  private readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private life = new AbortController();
  private session: Session | undefined;
  private loop: Promise<void> | undefined;
  private client: KafkaConsumer | undefined;
  private forgetResets: () => void = () => undefined;
  private watching: NodeJS.Timeout | undefined;

  constructor(options: ConsumerOptions) {
    this.settings = settingsOf(options);
    this.logger = options.connection.logger;
    this.kafka = createClient(options.connection);
    this.admin = createAdmin(options.connection);
  }

  get isConnected(): boolean {
    return this.session !== undefined;
  }

  start(): void {
    this.loop ??= this.supervise();
  }

  positions(): PartitionPosition[] {
    return this.session?.progress.positions() ?? [];
  }

  async stop({ graceMs = STOP_GRACE_MS }: { graceMs?: number } = {}): Promise<void> {
    this.stopping.abort();
    const timer = setTimeout(() => this.life.abort(new Error('the consumer is stopping')), graceMs);
    try {
      await this.client?.disconnect().catch(() => undefined);
      await Promise.allSettled(this.running);
      await this.loop;
    } finally {
      clearTimeout(timer);
      this.forget();
      this.life.abort();
      await this.admin.close();
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** One life of the client after the other: its own restarts give up for ever on errors that it takes for final. */
  private async supervise(): Promise<void> {
    for (let attempt = 1; !this.isStopping(); attempt += 1) {
      const startedMs = Date.now();
      const error = await this.live();
      if (this.isStopping()) return;
      if (Date.now() - startedMs > STABLE_AFTER_MS) attempt = 1;
      const delayMs = backoffMs(attempt, RESTART);
      this.settings.onEvent?.({ type: 'crashed', error, again: true });
      this.logger.warn(
        { topics: this.settings.topics, reason: reasonOf(error), delayMs },
        'reading from Kafka stopped; trying again. Nothing is lost: uncommitted records are read again',
      );
      await sleep(delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** From connecting to the crash that ends it; returns that error. */
  private async live(): Promise<unknown> {
    this.life = new AbortController();
    const client = this.createConsumer();
    this.client = client;
    let unwatch: () => void = () => undefined;
    const crashed = new Promise<unknown>((resolve) => {
      client.on(client.events.CRASH, ({ payload }) => resolve(payload.error));
      unwatch = watchSilence(client, { maxMs: this.silenceMaxMs(), now: Date.now, onSilence: resolve });
      this.stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const started = this.run(client).then(
      () => crashed,
      (error: unknown) => error,
    );
    const error = await Promise.race([started, crashed]);
    unwatch();
    if (!this.isStopping()) await this.end(client, error);
    return error;
  }

  private silenceMaxMs(): number {
    const { rebalanceTimeoutMs, silenceMs } = this.settings;
    return rebalanceTimeoutMs + silenceMs;
  }

  private async end(client: KafkaConsumer, error: unknown): Promise<void> {
    this.session = undefined;
    this.forget();
    this.life.abort(error);
    // A client that hangs also hangs here; it is left behind.
    await Promise.race([client.disconnect().catch(() => undefined), sleep(DISCONNECT_MS)]);
    await Promise.allSettled(this.running);
  }

  private createConsumer(): KafkaConsumer {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = this.settings;
    const client = this.kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      minBytes: this.settings.minFetchBytes,
      maxBytes: this.settings.fetchBytes,
      maxBytesPerPartition: this.settings.fetchBytesPerPartition,
      maxWaitTimeInMs: this.settings.maxWaitMs,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      retry: RETRY,
    });
    client.on(client.events.GROUP_JOIN, ({ payload }) => this.joined(client, payload));
    client.on(client.events.FETCH, () => this.session?.fetched());
    client.on(client.events.START_BATCH_PROCESS, ({ payload }) => {
      const { batchSize, firstOffset, lastOffset, topic, partition } = payload;
      // Typed as text, but null where everything fetched lies before the offset asked for.
      if (batchSize > 0 || (firstOffset as string | null) === null) return;
      const range = { first: BigInt(firstOffset), last: BigInt(lastOffset) };
      const { session } = this;
      void session?.loaded
        .then(() => session.progress.skipped(topic, partition, range))
        .catch(() => undefined);
    });
    return client;
  }

  private joined(
    client: KafkaConsumer,
    { memberId, memberAssignment: assignment }: { memberId: string; memberAssignment: Assignment },
  ): void {
    const { groupId } = this.settings;
    const session = new Session({
      admin: this.admin,
      groupId,
      assignment,
      signal: this.life.signal,
    });
    this.session = session;
    this.logger.info({ groupId, assignment }, 'reading from Kafka');
    this.forgetResets();
    this.forgetResets = onReset(memberId, ({ topic, partition }) =>
      this.follow(client, session.reset(topic, partition), 'what a broker lost cannot be read yet'),
    );
    this.follow(client, session.loaded, 'committed offsets cannot be read yet');
    this.watch(client, session);
  }

  /** What no fetch tells: a topic created again with nothing at our position, and a partition of which the broker gives nothing. */
  private watch(client: KafkaConsumer, session: Session): void {
    clearInterval(this.watching);
    this.watching = setInterval(() => {
      this.follow(client, session.look(), 'topics cannot be looked at now');
      void this.tellStalls(session).catch(() => undefined);
    }, this.settings.lookEveryMs);
  }

  /** A handler that waits for something says so itself. */
  private async tellStalls(session: Session): Promise<void> {
    const stalls = await session.stalls();
    if (this.running.size > 0 || this.session !== session) return;
    for (const stall of stalls) this.settings.onEvent?.({ type: 'stuck', ...stall });
  }

  private forget(): void {
    clearInterval(this.watching);
    this.forgetResets();
  }

  /** Tells of what was found, and goes on where the log does. */
  private follow(client: KafkaConsumer, found: Promise<Seek[]>, trouble: string): void {
    found.then(
      (seeks) => {
        for (const { topic, partition, offset, event } of seeks) {
          this.settings.onEvent?.(event);
          client.seek({ topic, partition, offset: String(offset) });
        }
      },
      (error: unknown) => this.logger.warn({ reason: reasonOf(error) }, trouble),
    );
  }

  private async run(client: KafkaConsumer): Promise<void> {
    await client.connect();
    await client.subscribe({ topics: [...this.settings.topics], fromBeginning: true });
    await client.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.settings.concurrency,
      eachBatch: (payload) => this.track(client, payload),
    });
  }

  private track(client: KafkaConsumer, payload: EachBatchPayload): Promise<void> {
    const { session } = this;
    if (session === undefined || this.isStopping()) return Promise.resolve();
    const flow = new BatchFlow(this.rules(), session, this.life.signal, ({ topic, partition, offset }) =>
      client.seek({ topic, partition, offset: String(offset) }),
    );
    const work = flow.run(payload).catch((error: unknown) => {
      if (this.life.signal.aborted) return;
      const { topic, partition } = payload.batch;
      this.logger.warn({ topic, partition, err: error }, 'a batch was not handled; it comes again');
      throw error;
    });
    this.running.add(work);
    const forget = () => this.running.delete(work);
    work.then(forget, forget);
    return work;
  }

  private rules(): BatchRules {
    const { handler, onEvent, maxRecords, maxBytes, rebalanceTimeoutMs } = this.settings;
    const { heartbeatIntervalMs, sessionTimeoutMs } = this.settings;
    return {
      handler,
      logger: this.logger,
      onEvent: onEvent ?? (() => undefined),
      maxRecords,
      maxBytes,
      heartbeatIntervalMs,
      sessionTimeoutMs,
      rebalanceGraceMs: rebalanceTimeoutMs / 3,
      now: Date.now,
    };
  }
}

/** createConsumer: manual commits, from the beginning of a topic that was never read, in order per partition; at least once. */
export const createConsumer = (options: ConsumerOptions): Consumer => new GroupConsumer(options);
