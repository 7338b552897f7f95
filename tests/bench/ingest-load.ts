import { createAdmin, createProducer, type ProducerOptions } from '#libs/kafka';
import { createLogger, type Config } from '#libs/platform';

const SEND = 5_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What is sent before ingest starts. `first`, where given, is sent before all others, and brings the features of the version. */
export type IngestLoad = {
  events: number;
  partitions: number;
  compression: NonNullable<ProducerOptions['compression']>;
  eventOf: (index: number, timeMs: number) => object;
  first?: (timeMs: number) => object;
};

const common = (index: number, timeMs: number) => ({
  id: `event-${index}`,
  model: 'bench',
  version: '1',
  time: new Date(timeMs).toISOString(),
});

/** usualEvent: three quarters of the features numeric, as services send them. */
export const usualEvent =
  (features: number): IngestLoad['eventOf'] =>
  (index, timeMs) => ({
    ...common(index, timeMs),
    features: Object.fromEntries(
      Array.from({ length: features }, (_, feature) => [
        `feature_${feature}`,
        feature % 4 === 3 ? `category ${(index * 7 + feature) % 40}` : Math.sin(index + feature) * 1_000,
      ]),
    ),
    prediction: { label: index % 3 === 0 ? 'yes' : 'no', score: (index % 1_000) / 1_000 },
    tags: { region: `region ${index % 10}` },
  });

/** narrowEvent: one feature of a version that has `features`. */
export const narrowEvent =
  (features: number): IngestLoad['eventOf'] =>
  (index, timeMs) => ({
    ...common(index, timeMs),
    features: { [`feature_${index % features}`]: index },
    prediction: { score: 0.5 },
  });

/** wholeEvent: all of them. */
export const wholeEvent = (features: number) => (timeMs: number) => ({
  ...common(-1, timeMs),
  features: Object.fromEntries(Array.from({ length: features }, (_, at) => [`feature_${at}`, at])),
  prediction: { score: 0.5 },
});

/** produce: fills the predictions topic; returns the number of events and their mean size in bytes. */
export async function produce(config: Config, load: IngestLoad): Promise<{ events: number; bytes: number }> {
  const topic = config.topics.projects['default']?.predictions;
  if (topic === undefined) throw new Error('the benchmark needs the project "default" in the configuration');
  const connection = { ...config.kafka, logger: createLogger(config, 'bench') };
  const admin = createAdmin(connection);
  await admin.ensureTopics([{ topic, partitions: load.partitions }]);
  await admin.close();
  const producer = createProducer({ connection, compression: load.compression });
  const startMs = Date.now() - DAY_MS - HOUR_MS;
  let bytes = 0;
  const send = (events: object[]) =>
    producer.send(
      topic,
      events.map((event, index) => {
        const value = JSON.stringify(event);
        bytes += value.length;
        return { key: `key-${index}`, value };
      }),
    );
  if (load.first !== undefined) await send([load.first(startMs)]);
  for (let at = 0; at < load.events; at += SEND) {
    const count = Math.min(SEND, load.events - at);
    await send(
      Array.from({ length: count }, (_, index) =>
        load.eventOf(at + index, startMs + (((at + index) * 613) % DAY_MS)),
      ),
    );
  }
  await producer.close();
  const events = load.events + (load.first === undefined ? 0 : 1);
  return { events, bytes: Math.round(bytes / events) };
}
