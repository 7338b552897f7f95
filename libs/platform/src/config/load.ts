import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { parse } from 'yaml';

import { isGiven, overlay } from './environment.js';
import { problems } from './problems.js';
import { configSchema, type ParsedConfig } from './schema.js';
import { openTls, type Tls } from './tls.js';

/** The two topics that feed one project. */
type ProjectTopics = { readonly predictions: string; readonly groundTruth: string };

/** Topics: which topics belong to which project (the topic decides the project, never the body), and where bad events go. */
export type Topics = {
  readonly projects: Readonly<Record<string, ProjectTopics>>;
  readonly deadLetter: string;
};

type WithTls<Section> = Omit<Section, 'tls'> & { tls?: Tls };

/**
 * Config: everything read from the environment and from yaml, parsed once and frozen. Take slices of it: `Pick<Config, 'kafka'>`.
 * `external` says which addresses were given; where one was not, a local process serves.
 */
export type Config = Readonly<
  Omit<ParsedConfig, 'topics' | 'publicUrl' | 'secretKey' | 'kafka' | 'clickhouse' | 'redis'> & {
    kafka: WithTls<ParsedConfig['kafka']>;
    clickhouse: WithTls<ParsedConfig['clickhouse']>;
    redis: WithTls<ParsedConfig['redis']>;
    topics: Topics;
    publicUrl: string;
    secretKey: KeyObject | undefined;
    external: { readonly kafka: boolean; readonly clickhouse: boolean; readonly redis: boolean };
  }
>;

/** ConfigError: the configuration cannot be used. The message lists every problem, one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(['The configuration has errors:', ...problems.map((line) => `  - ${line}`)].join('\n'));
  }
}

const DEFAULT_FILE = 'plumbline.yaml';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

const readDocument = (path: string): Record<string, unknown> => {
  try {
    const document: unknown = parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 });
    if (document === null || document === undefined) return {};
    if (typeof document === 'object' && !Array.isArray(document)) return document as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError([
      `${path}: cannot be read as YAML (${reasonOf(error)}); correct or remove the file`,
    ]);
  }
  throw new ConfigError([`${path}: holds no mapping; write settings as "name: value" lines`]);
};

const findDocument = (env: NodeJS.ProcessEnv, yamlPath: string | undefined): Record<string, unknown> => {
  const asked = yamlPath ?? env['PLUMBLINE_CONFIG'];
  if (asked === undefined || asked === '') return existsSync(DEFAULT_FILE) ? readDocument(DEFAULT_FILE) : {};
  if (!existsSync(asked))
    throw new ConfigError([`PLUMBLINE_CONFIG: no file at ${asked}; create it or unset the variable`]);
  return readDocument(asked);
};

const crossProblems = ({ ingest, worker, shutdownMs }: ParsedConfig): string[] => [
  ...(ingest.heartbeatIntervalMs * 3 <= ingest.sessionTimeoutMs
    ? []
    : [
        `ingest.heartbeatIntervalMs: found ${ingest.heartbeatIntervalMs}; must be at most a third of ingest.sessionTimeoutMs (${ingest.sessionTimeoutMs}), or one lost heartbeat ends the session`,
      ]),
  ...(ingest.storeTimeoutMs === undefined || ingest.storeTimeoutMs * 2 <= ingest.sessionTimeoutMs
    ? []
    : [
        `ingest.storeTimeoutMs: found ${ingest.storeTimeoutMs}; must be at most half of ingest.sessionTimeoutMs (${ingest.sessionTimeoutMs}), or a stuck insert outlives the session`,
      ]),
  ...(worker.lockTtlMs >= 1_000
    ? []
    : [
        `worker.lockTtlMs: found ${worker.lockTtlMs}; must be 1000 or more, a shorter lock expires while its owner is at work`,
      ]),
  ...(shutdownMs >= ingest.maxWaitMs
    ? []
    : [
        `shutdownMs: found ${shutdownMs}; must be at least ingest.maxWaitMs (${ingest.maxWaitMs}), a fetch in flight ends no sooner`,
      ]),
];

/** TLS settings that an address without TLS would leave unused, which nobody means. */
const unusedTls = ({ kafka, clickhouse, redis }: ParsedConfig): string[] => {
  const sections = [
    { name: 'kafka', isOn: kafka.ssl, tls: kafka.tls, remedy: 'set kafka.ssl (KAFKA_SSL) to true' },
    {
      name: 'clickhouse',
      isOn: clickhouse.url.startsWith('https:'),
      tls: clickhouse.tls,
      remedy: 'give clickhouse.url (CLICKHOUSE_URL) as https://',
    },
    {
      name: 'redis',
      isOn: redis.url.startsWith('rediss:'),
      tls: redis.tls,
      remedy: 'give redis.url (REDIS_URL) as rediss://',
    },
  ];
  return sections.flatMap(({ name: section, isOn, tls, remedy }) =>
    tls === undefined || isOn
      ? []
      : [`${section}.tls: found settings for a connection without TLS; ${remedy}`],
  );
};

const withTls = <Section extends { tls?: Parameters<typeof openTls>[0] }>(
  section: Section,
): WithTls<Section> => {
  const { tls, ...rest } = section;
  const opened = openTls(tls);
  return { ...rest, ...(opened === undefined ? {} : { tls: opened }) };
};

const defaultProjects = (prefix: string): Record<string, ProjectTopics> => ({
  default: { predictions: `${prefix}.predictions`, groundTruth: `${prefix}.ground-truth` },
});

const duplicateTopics = ({ projects, deadLetter }: Topics): string[] => {
  const all = [
    ...Object.values(projects).flatMap((pair) => [pair.predictions, pair.groundTruth]),
    deadLetter,
  ];
  const twice = [...new Set(all.filter((topic, index) => all.indexOf(topic) !== index))];
  return twice.map(
    (topic) => `topics: found ${topic} in two places; a topic has one project and one kind of event`,
  );
};

const withBrackets = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const defaultPublicUrl = ({ host, port }: ParsedConfig['http']): string =>
  `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : withBrackets(host)}:${port}`;

const freezeDeep = <T>(value: T): T => {
  if (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value) as object)
  ) {
    Object.values(value).forEach(freezeDeep);
    Object.freeze(value);
  }
  return value;
};

const complete = (parsed: ParsedConfig, tree: Record<string, unknown>): Config => {
  const { topicPrefix } = parsed.kafka;
  const topics: Topics = {
    projects: parsed.topics.projects ?? defaultProjects(topicPrefix),
    deadLetter: parsed.topics.deadLetter ?? `${topicPrefix}.dead-letter`,
  };
  const wrong = [...crossProblems(parsed), ...unusedTls(parsed), ...duplicateTopics(topics)];
  if (wrong.length > 0) throw new ConfigError(wrong);
  return freezeDeep({
    ...parsed,
    kafka: withTls(parsed.kafka),
    clickhouse: withTls(parsed.clickhouse),
    redis: withTls(parsed.redis),
    topics,
    home: resolve(parsed.home),
    secretKey: parsed.secretKey,
    publicUrl: (parsed.publicUrl ?? defaultPublicUrl(parsed.http)).replace(/\/+$/, ''),
    external: {
      kafka: isGiven(tree, 'kafka', 'brokers'),
      clickhouse: isGiven(tree, 'clickhouse', 'url'),
      redis: isGiven(tree, 'redis', 'url'),
    },
  });
};

/**
 * loadConfig: reads the environment over `plumbline.yaml` (in the working directory, or at PLUMBLINE_CONFIG).
 * Throws one ConfigError that lists every problem, so that a person corrects them in one go.
 */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env, yamlPath?: string): Config => {
  const tree = overlay(findDocument(env, yamlPath), env);
  const result = configSchema.safeParse(tree);
  if (!result.success) throw new ConfigError(problems(configSchema, tree, result.error.issues));
  return complete(result.data, tree);
};

/** requireSecretKey: the key that seals secrets and signs links; throws a ConfigError where the app needs one and none is set. */
export const requireSecretKey = ({ secretKey }: Pick<Config, 'secretKey'>): KeyObject => {
  if (secretKey !== undefined) return secretKey;
  throw new ConfigError([
    'secretKey (PLUMBLINE_SECRET_KEY): found nothing; set 32 or more random bytes in base64, made with: openssl rand -base64 32',
  ]);
};
