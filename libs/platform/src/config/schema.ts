import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

import { sasl } from './sasl.js';
import { tls } from './tls.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const count = (fallback: number, max = Number.MAX_SAFE_INTEGER) =>
  z.number().int().min(1).max(max).default(fallback);
const durationMs = (fallback: number) => z.number().int().min(1).max(86_400_000).default(fallback);
const name = z.string().min(1).max(200);
const topicName = z.string().regex(/^[\w.-]{1,249}$/, 'must be 1 to 249 letters, digits, ".", "_" or "-"');
const hostAndPort = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}$/, 'must be host:port, for example 127.0.0.1:9092');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

const SECRET_BYTES_MIN = 32;
const DISTINCT_BYTES_MIN = 12;

const decodeSecret = (text: string): Buffer =>
  /^(?:[0-9a-f]{2}){32,}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');

const secretKey = z.string().transform((text, context): KeyObject => {
  const bytes = /^[\w+/=-]+$/.test(text) ? decodeSecret(text) : Buffer.alloc(0);
  if (bytes.length < SECRET_BYTES_MIN || new Set(bytes).size < DISTINCT_BYTES_MIN) {
    context.addIssue({
      code: 'custom',
      message: `must be ${SECRET_BYTES_MIN} or more random bytes in base64 or hex; make one with: openssl rand -base64 32`,
    });
    return z.NEVER;
  }
  return createSecretKey(bytes);
});

const kafka = z.strictObject({
  brokers: z.array(hostAndPort).min(1).max(100).default(['127.0.0.1:9092']),
  clientId: name.default('plumbline'),
  topicPrefix: topicName.max(200).default('plumbline'),
  ssl: z.boolean().default(false),
  tls: tls.optional(),
  sasl: sasl.optional(),
});

const projectTopics = z.strictObject({ predictions: topicName, groundTruth: topicName });

const topics = z.strictObject({
  projects: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a project key'), projectTopics)
    .optional(),
  deadLetter: topicName.optional(),
});

const clickhouse = z.strictObject({
  url: httpUrl.default('http://127.0.0.1:8123'),
  user: name.default('default'),
  password: z.string().default(''),
  database: z
    .string()
    .regex(/^[A-Za-z_]\w{0,63}$/, 'must be a plain identifier')
    .default('plumbline'),
  tls: tls.optional(),
});

const redis = z.strictObject({
  url: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' })
    .default('redis://127.0.0.1:6379'),
  tls: tls.optional(),
});

const http = z.strictObject({
  host: name.default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(8080),
});

const outbound = z.strictObject({ allow: z.array(hostAndPort).max(100).default([]) });

const limits = z.strictObject({
  eventBytes: count(MIB, 16 * MIB),
  uploadBytes: count(16 * GIB),
  uploadLineBytes: count(MIB, 64 * MIB),
  jsonBodyBytes: count(MIB, 64 * MIB),
  draftVersionsPerModel: count(20, 1_000),
  schemaChangesPerDay: count(20, 1_000),
});

const ingest = z.strictObject({
  batchRows: count(50_000, 500_000),
  batchBytes: count(8 * MIB, 256 * MIB),
  maxWaitMs: durationMs(500),
  sessionTimeoutMs: durationMs(30_000),
  heartbeatIntervalMs: durationMs(3_000),
  /** Limit of one call to ClickHouse; half a session unless given, so that a stuck insert ends before the partition is taken away. */
  storeTimeoutMs: z.number().int().min(1).max(86_400_000).optional(),
  fetchBytesPerPartition: count(4 * MIB, 64 * MIB),
  eventPastMaxDays: count(90, 3_650),
  eventFutureMaxMs: durationMs(3_600_000),
});

const worker = z.strictObject({
  tickMs: durationMs(2_000),
  concurrency: count(4, 64),
  lockTtlMs: durationMs(30_000),
});

/** Where the demo's alerts go instead of to its stand-ins. */
const demo = z
  .strictObject({
    slackWebhookUrl: z.url({ protocol: /^https$/, error: 'must be an https:// address' }).optional(),
    smtpUrl: z
      .url({ protocol: /^smtps?$/, error: 'must be smtp://user:password@host:port, or smtps:// for TLS' })
      .optional(),
    mailFrom: z.email().optional(),
    mailTo: z.array(z.email()).min(1).max(50).optional(),
  })
  .refine(
    (d) =>
      [d.smtpUrl, d.mailFrom, d.mailTo].every((part) => (part === undefined) === (d.smtpUrl === undefined)),
    {
      path: ['smtpUrl'],
      message: 'goes with demo.mailFrom and demo.mailTo: give all three, or none',
    },
  );
/** Of the services that are started on this machine where no address is configured. */
const local = z.strictObject({
  kafkaVersion: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'must be a version of Apache Kafka such as 4.4.0')
    .optional(),
});

/** configSchema: what `plumbline.yaml` may hold, with every default. Durations in ms, sizes in bytes. */
export const configSchema = z.strictObject({
  kafka: kafka.prefault({}),
  topics: topics.prefault({}),
  clickhouse: clickhouse.prefault({}),
  redis: redis.prefault({}),
  http: http.prefault({}),
  home: name.default('.plumbline'),
  secretKey: secretKey.optional(),
  publicUrl: httpUrl.optional(),
  outbound: outbound.prefault({}),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  shutdownMs: durationMs(20_000),
  limits: limits.prefault({}),
  ingest: ingest.prefault({}),
  worker: worker.prefault({}),
  demo: demo.prefault({}),
  local: local.prefault({}),
});

/** ParsedConfig: the schema's output, before defaults that depend on other settings are filled in. */
export type ParsedConfig = z.infer<typeof configSchema>;
