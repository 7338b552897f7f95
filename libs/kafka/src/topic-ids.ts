import type { Kafka } from 'kafkajs';

/**
 * Topic ids. A topic that is deleted and created again starts at offset 0 under its old name: only the id that the broker
 * gives each creation tells the two apart. kafkajs speaks an older metadata request without ids, so this one is written here.
 */
const METADATA_KEY = 3;
/** First version that looks topics up by name and always answers with their ids (Kafka 3.1 and later). */
const METADATA_VERSION = 12;
const UUID_BYTES = 16;

/** NO_TOPIC_ID: the incarnation of every topic on a broker too old to know topic ids; re-creation is then not noticed. */
export const NO_TOPIC_ID = 'unknown';

type Versions = Partial<Record<number, { maxVersion: number }>>;
type Broker = {
  connect(): Promise<void>;
  versions: Versions | null;
  connectionPool: { send(exchange: unknown): Promise<unknown> };
};
type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findControllerBroker(): Promise<Broker>;
};
type ClusterFactory = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => Cluster;

const METADATA_MAX_AGE_MS = 30_000;

const unsignedVarint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
};

const compactString = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([unsignedVarint(bytes.length + 1), bytes]);
};

const NO_TAGS = Buffer.from([0]);

/** encodeMetadataRequest: the header's (empty) tags and the body of a Metadata request, version 12, for topics by name. */
export const encodeMetadataRequest = (topics: readonly string[]): Buffer =>
  Buffer.concat([
    NO_TAGS,
    unsignedVarint(topics.length + 1),
    ...topics.flatMap((topic) => [Buffer.alloc(UUID_BYTES), compactString(topic), NO_TAGS]),
    Buffer.from([0, 0]),
    NO_TAGS,
  ]);

class Reader {
  private offset = 0;
  constructor(private readonly bytes: Buffer) {}

  skip(count: number): void {
    this.offset += count;
  }

  int16(): number {
    this.offset += 2;
    return this.bytes.readInt16BE(this.offset - 2);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.offset);
      this.offset += 1;
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
  }

  take(count: number): Buffer {
    this.offset += count;
    return this.bytes.subarray(this.offset - count, this.offset);
  }

  text(): string {
    return this.take(Math.max(this.varint() - 1, 0)).toString('utf8');
  }

  tags(): void {
    for (let left = this.varint(); left > 0; left -= 1) {
      this.varint();
      this.skip(this.varint());
    }
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(this.varint() - 1, 0) }, item);
  }
}

const skipBroker = (reader: Reader): void => {
  reader.skip(4);
  reader.text();
  reader.skip(4);
  reader.text();
  reader.tags();
};

const skipPartition = (reader: Reader): void => {
  reader.skip(2 + 4 + 4 + 4);
  for (let lists = 0; lists < 3; lists += 1) reader.list(() => reader.skip(4));
  reader.tags();
};

const readTopic = (reader: Reader): { error: number; topic: string; id: string } => {
  const error = reader.int16();
  const topic = reader.text();
  const id = reader.take(UUID_BYTES).toString('base64url');
  reader.skip(1);
  reader.list(() => skipPartition(reader));
  reader.skip(4);
  reader.tags();
  return { error, topic, id };
};

/** decodeTopicIds: topic → id (22 characters, as Kafka's own tools print it); topics that the broker does not know are left out. */
export const decodeTopicIds = (response: Buffer): Map<string, string> => {
  const reader = new Reader(response);
  reader.tags();
  reader.skip(4);
  reader.list(() => skipBroker(reader));
  reader.text();
  reader.skip(4);
  const topics = reader.list(() => readTopic(reader));
  return new Map(topics.filter(({ error }) => error === 0).map(({ topic, id }) => [topic, id]));
};

const clusterOf = (kafka: Kafka): Cluster => {
  const factory = Object.getOwnPropertySymbols(kafka).find((key) =>
    String(key.description).endsWith('createCluster'),
  );
  if (factory === undefined) throw new Error('kafkajs is not the version that libs/kafka knows (2.2.4)');
  const create = (kafka as unknown as Record<symbol, ClusterFactory>)[factory];
  if (create === undefined) throw new Error('kafkajs is not the version that libs/kafka knows (2.2.4)');
  return create({ metadataMaxAge: METADATA_MAX_AGE_MS, allowAutoTopicCreation: false });
};

const ask = async (broker: Broker, topics: readonly string[]): Promise<Map<string, string>> => {
  const versions = broker.versions ?? {};
  if ((versions[METADATA_KEY]?.maxVersion ?? 0) < METADATA_VERSION)
    return new Map(topics.map((topic) => [topic, NO_TOPIC_ID]));
  const body = encodeMetadataRequest(topics);
  const request = {
    apiKey: METADATA_KEY,
    apiVersion: METADATA_VERSION,
    apiName: 'Metadata',
    encode: () => Promise.resolve({ buf: body, buffer: body }),
  };
  const response = {
    decode: (payload: Buffer) => Promise.resolve({ ids: decodeTopicIds(payload) }),
    parse: ({ ids }: { ids: Map<string, string> }) => Promise.resolve(ids),
  };
  return (await broker.connectionPool.send({ request, response })) as Map<string, string>;
};

/** TopicIds: asks the cluster which incarnation of each topic it holds now; a connection of its own, opened on first use. */
export type TopicIds = {
  read(topics: readonly string[]): Promise<Map<string, string>>;
  close(): Promise<void>;
};

export const createTopicIds = (kafka: Kafka): TopicIds => {
  const cluster = clusterOf(kafka);
  return {
    read: async (topics) => {
      await cluster.connect();
      await cluster.refreshMetadataIfNecessary();
      const broker = await cluster.findControllerBroker();
      return ask(broker, topics);
    },
    close: () => cluster.disconnect(),
  };
};
