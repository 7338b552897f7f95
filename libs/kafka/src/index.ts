export {
  createAdmin,
  type Admin,
  type CommittedOffset,
  type PartitionOffsets,
  type TopicSpec,
} from './admin.js';
export type { BatchContext, BatchHandler } from './batches.js';
export type { ConsumerEvent } from './consumer-event.js';
export type { KafkaConnection } from './client.js';
export { createConsumer, type Consumer, type ConsumerOptions } from './consumer.js';
export {
  createProducer,
  TooLargeError,
  type OutgoingRecord,
  type Producer,
  type ProducerOptions,
} from './producer.js';
export type { PartitionPosition } from './progress.js';
export { splitAfter, type KafkaRecord, type RecordBatch } from './records.js';
export type { UnreadableRange, UnreadableReason } from './unreadable.js';
