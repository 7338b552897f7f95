import { createRequire } from 'node:module';

import { installCodecs } from './codecs.js';
import { decodeMessages, takeTurns, type OfNode } from './fetch-share.js';

/**
 * Repairs of kafkajs 2.2.4, which is no longer maintained, made on its own modules when the process starts: nothing has to be patched on disk, and a
 * successor is a change of this folder only. Each has a test in `guards.test.ts` that fails without it.
 *
 * | what is wrong | repair | upstream |
 * |---|---|---|
 * | a record batch of more than about 120,000 records overflows the stack (it is spread into one call) and stops the partition for good | `replaceDecoder` | PR 1723, open |
 * | checksums are not looked at, missing bytes are read as zeros, unpacking has no bound, headers take time with the square of their number; one batch that cannot be read stops the partition for good | `replaceDecoder` | issues 715, 1386, 1440, open |
 * | every connection re-arms a timer of 1 ms for ever, and Node 24 warns of its negative delay | `scheduleCheck` | issue 1751, PR 1768, open |
 * | an offset that the broker does not hold (any more) is replaced *and committed* at once, without an event | `continueAtStart` | issue 1119, closed; PR 1133, closed; PR 1777, open |
 * | the partitions of a fetch are always asked for in the same order: while the first ones have a backlog, the others get nothing; each broker may answer with the whole size of a fetch | `takeTurns` | none known |
 * | a partition whose log the broker itself cannot read fails the fetch of all partitions, and in the end the consumer, again and again | `isolate` | none known |
 * | snappy, lz4 and zstd are missing | `installCodecs` | by design |
 */
const VERSION = '2.2.4';

type RequestQueue = {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  throttledUntil: number;
  pending: unknown[];
  checkPendingRequests(): void;
};

const CHECK_PENDING_MS = 10;

const load = createRequire(import.meta.url);
const internal = (path: string): unknown => load(`kafkajs/src/${path}`);

/** scheduleCheck: looks again only while requests are waiting. */
export function scheduleCheck(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const delayMs = Math.max(this.throttledUntil - Date.now(), CHECK_PENDING_MS);
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, delayMs);
}

const DECODER = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages';

const replaceDecoder = (): void => {
  internal('protocol/requests/fetch/v4/decodeMessages');
  const cached = load.cache[load.resolve(DECODER)];
  if (cached === undefined) throw new Error(`kafkajs ${VERSION} has no ${DECODER}`);
  cached.exports = decodeMessages;
};

type OffsetManager = {
  cluster: {
    fetchTopicsOffset(
      topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
  };
  memberId: string;
  resolveOffset(at: { topic: string; partition: number; offset: string }): void;
};
type Reset = (at: { topic: string; partition: number }) => void;

const resets = new Map<string, Reset>();

/** onReset: calls back when the broker does not hold the offset that this group member wants to read; returns what ends that. */
export const onReset = (memberId: string, listener: Reset): (() => void) => {
  resets.set(memberId, listener);
  return () => {
    if (resets.get(memberId) === listener) resets.delete(memberId);
  };
};

/** continueAtStart: goes on at the start of the log, says so, and leaves what is committed alone until records have been handled. */
export async function continueAtStart(
  this: OffsetManager,
  { topic, partition }: { topic: string; partition: number },
): Promise<void> {
  const asked = { topic, partitions: [{ partition }], fromBeginning: true };
  const [found] = await this.cluster.fetchTopicsOffset([asked]);
  const start = BigInt(found?.partitions.find((each) => each.partition === partition)?.offset ?? 0);
  this.resolveOffset({ topic, partition, offset: String(start - 1n) });
  resets.get(this.memberId)?.({ topic, partition });
}

type FetchAnswer = {
  responses: { topicName: string; partitions: { partition: number; errorCode: number }[] }[];
};
type FetchResponse = { parse: (answer: FetchAnswer) => Promise<FetchAnswer> };
type ConsumerGroup = {
  pause(topics: { topic: string; partitions: number[] }[]): void;
  resume(topics: { topic: string; partitions: number[] }[]): void;
};
type RecoverFromFetch = (this: ConsumerGroup, error: unknown) => Promise<void>;

/** Error codes of a log that cannot be read: https://kafka.apache.org/protocol#protocol_error_codes */
const UNREADABLE_LOG = new Set([2, 56]);
const ASIDE_MS = 30_000;

/** UnreadableLogError: the broker cannot read its own log of one partition. */
class UnreadableLogError extends Error {
  constructor(
    readonly topic: string,
    readonly partition: number,
    options: ErrorOptions,
  ) {
    super(`the broker cannot read its log of ${topic}/${partition}`, options);
  }
}

/** namePartition: says which partition a failed fetch failed for. */
export const namePartition =
  (parse: FetchResponse['parse']): FetchResponse['parse'] =>
  async (answer) => {
    try {
      return await parse(answer);
    } catch (cause) {
      for (const { topicName, partitions } of answer.responses)
        for (const { partition, errorCode } of partitions)
          if (UNREADABLE_LOG.has(errorCode)) throw new UnreadableLogError(topicName, partition, { cause });
      throw cause;
    }
  };

/** setAside: leaves a partition whose log cannot be read out of the fetches for half a minute, and goes on with the others. */
export const setAside = (recover: RecoverFromFetch): RecoverFromFetch =>
  async function (this: ConsumerGroup, error) {
    if (!(error instanceof UnreadableLogError)) return recover.call(this, error);
    const { topic, partition } = error;
    this.pause([{ topic, partitions: [partition] }]);
    setTimeout(() => this.resume([{ topic, partitions: [partition] }]), ASIDE_MS).unref();
  };

const OLDEST_FETCH = 4;
const NEWEST_FETCH = 11;

const shareFetches = (): void => {
  for (let version = OLDEST_FETCH; version <= NEWEST_FETCH; version += 1) {
    const response = internal(`protocol/requests/fetch/v${version}/response`) as FetchResponse;
    response.parse = namePartition(response.parse);
  }
  const { prototype } = internal('consumer/consumerGroup') as {
    prototype: { recoverFromFetch: RecoverFromFetch; filterPartitionsByNode: OfNode };
  };
  prototype.recoverFromFetch = setAside(prototype.recoverFromFetch);
  prototype.filterPartitionsByNode = takeTurns(prototype.filterPartitionsByNode);
};

/** requireVersion: the repairs reach into the client, so another version of it must be looked at by a person first. */
export const requireVersion = (found: unknown): void => {
  if (found === VERSION) return;
  throw new Error(
    `kafkajs ${String(found)} is installed, and libs/kafka repairs ${VERSION} only: install ${VERSION}, or go through libs/kafka/src/guards.ts and say the new version there`,
  );
};

let isRepaired = false;

/** repairKafkajs: applies the repairs once per process; throws when another version of kafkajs is installed. */
export const repairKafkajs = (): void => {
  if (isRepaired) return;
  requireVersion((load('kafkajs/package.json') as { version: unknown }).version);
  isRepaired = true;
  replaceDecoder();
  shareFetches();
  const { prototype } = internal('network/requestQueue') as {
    prototype: RequestQueue & { scheduleCheckPendingRequests(): void };
  };
  prototype.scheduleCheckPendingRequests = scheduleCheck;
  const offsets = internal('consumer/offsetManager') as {
    prototype: { setDefaultOffset: typeof continueAtStart };
  };
  offsets.prototype.setDefaultOffset = continueAtStart;
  installCodecs();
};
