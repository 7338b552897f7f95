type Convert = 'text' | 'number' | 'boolean' | 'list' | 'json';
type Variable = { name: string; path: readonly string[]; convert: Convert; secret?: true };

const variable = (name: string, path: string, convert: Convert = 'text'): Variable => ({
  name,
  path: path.split('.'),
  convert,
});
const secret = (name: string, path: string): Variable => ({ ...variable(name, path), secret: true });
const tls = (prefix: string, section: string): Variable[] => [
  variable(`${prefix}_TLS_CA`, `${section}.tls.ca`),
  variable(`${prefix}_TLS_CERT`, `${section}.tls.cert`),
  secret(`${prefix}_TLS_KEY`, `${section}.tls.key`),
  secret(`${prefix}_TLS_PASSPHRASE`, `${section}.tls.passphrase`),
];

/** VARIABLES: every environment variable that is read, and the setting it fills. An empty variable counts as absent. */
export const VARIABLES: readonly Variable[] = [
  variable('KAFKA_BROKERS', 'kafka.brokers', 'list'),
  variable('KAFKA_CLIENT_ID', 'kafka.clientId'),
  variable('KAFKA_SSL', 'kafka.ssl', 'boolean'),
  variable('KAFKA_SASL_MECHANISM', 'kafka.sasl.mechanism'),
  variable('KAFKA_SASL_USERNAME', 'kafka.sasl.username'),
  secret('KAFKA_SASL_PASSWORD', 'kafka.sasl.password'),
  variable('KAFKA_SASL_TOKEN_URL', 'kafka.sasl.tokenUrl'),
  variable('KAFKA_SASL_CLIENT_ID', 'kafka.sasl.clientId'),
  secret('KAFKA_SASL_CLIENT_SECRET', 'kafka.sasl.clientSecret'),
  variable('KAFKA_SASL_SCOPE', 'kafka.sasl.scope'),
  variable('KAFKA_SASL_TOKEN_FILE', 'kafka.sasl.tokenFile'),
  ...tls('KAFKA', 'kafka'),
  variable('PLUMBLINE_TOPIC_PREFIX', 'kafka.topicPrefix'),
  variable('PLUMBLINE_TOPICS', 'topics.projects', 'json'),
  variable('PLUMBLINE_DEAD_LETTER_TOPIC', 'topics.deadLetter'),
  secret('CLICKHOUSE_URL', 'clickhouse.url'),
  variable('CLICKHOUSE_USER', 'clickhouse.user'),
  secret('CLICKHOUSE_PASSWORD', 'clickhouse.password'),
  variable('CLICKHOUSE_DATABASE', 'clickhouse.database'),
  ...tls('CLICKHOUSE', 'clickhouse'),
  secret('REDIS_URL', 'redis.url'),
  ...tls('REDIS', 'redis'),
  variable('PLUMBLINE_HOST', 'http.host'),
  variable('PORT', 'http.port', 'number'),
  variable('PLUMBLINE_HOME', 'home'),
  secret('PLUMBLINE_SECRET_KEY', 'secretKey'),
  variable('PLUMBLINE_PUBLIC_URL', 'publicUrl'),
  variable('PLUMBLINE_OUTBOUND_ALLOW', 'outbound.allow', 'list'),
  variable('PLUMBLINE_LOG_LEVEL', 'logLevel'),
  variable('PLUMBLINE_SHUTDOWN_MS', 'shutdownMs', 'number'),
  variable('PLUMBLINE_EVENT_BYTES', 'limits.eventBytes', 'number'),
  variable('PLUMBLINE_UPLOAD_BYTES', 'limits.uploadBytes', 'number'),
  variable('PLUMBLINE_INGEST_BATCH_ROWS', 'ingest.batchRows', 'number'),
  variable('PLUMBLINE_INGEST_BATCH_BYTES', 'ingest.batchBytes', 'number'),
  variable('PLUMBLINE_INGEST_FETCH_BYTES', 'ingest.fetchBytesPerPartition', 'number'),
  variable('PLUMBLINE_INGEST_MAX_WAIT_MS', 'ingest.maxWaitMs', 'number'),
  variable('PLUMBLINE_INGEST_SESSION_TIMEOUT_MS', 'ingest.sessionTimeoutMs', 'number'),
  variable('PLUMBLINE_INGEST_HEARTBEAT_INTERVAL_MS', 'ingest.heartbeatIntervalMs', 'number'),
  variable('PLUMBLINE_INGEST_STORE_TIMEOUT_MS', 'ingest.storeTimeoutMs', 'number'),
  variable('PLUMBLINE_EVENT_PAST_MAX_DAYS', 'ingest.eventPastMaxDays', 'number'),
  variable('PLUMBLINE_WORKER_TICK_MS', 'worker.tickMs', 'number'),
  variable('PLUMBLINE_WORKER_CONCURRENCY', 'worker.concurrency', 'number'),
  secret('PLUMBLINE_DEMO_SLACK_WEBHOOK_URL', 'demo.slackWebhookUrl'),
  secret('PLUMBLINE_DEMO_SMTP_URL', 'demo.smtpUrl'),
  variable('PLUMBLINE_DEMO_MAIL_FROM', 'demo.mailFrom'),
  variable('PLUMBLINE_DEMO_MAIL_TO', 'demo.mailTo', 'list'),
  variable('PLUMBLINE_KAFKA_VERSION', 'local.kafkaVersion'),
];

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const CONVERTERS: Readonly<Record<Convert, (text: string) => unknown>> = {
  text: (text) => text,
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  boolean: (text) => FLAGS[text.toLowerCase()] ?? text,
  list: (text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  json: parseJson,
};

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const setAt = (tree: Record<string, unknown>, path: readonly string[], value: unknown): void => {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    tree[head] = value;
    return;
  }
  const child = isPlainObject(tree[head]) ? { ...tree[head] } : {};
  tree[head] = child;
  setAt(child, rest, value);
};

/** overlay: returns the yaml document with the environment's values laid over it; values that do not convert stay text and fail later. */
export const overlay = (
  document: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
): Record<string, unknown> => {
  const tree = { ...document };
  for (const { name, path, convert } of VARIABLES) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') setAt(tree, path, CONVERTERS[convert](text));
  }
  return tree;
};

/** isGiven: whether a setting came from the environment or from yaml, as opposed to its default. */
export const isGiven = (tree: Record<string, unknown>, section: string, key: string): boolean => {
  const part = tree[section];
  return isPlainObject(part) && part[key] !== undefined;
};
