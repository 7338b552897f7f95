import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { ConfigError, loadConfig, requireSecretKey } from './load.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-config-'));
let files = 0;
const yaml = (text: string): string => {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, text);
  return path;
};
const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 7 + 3) % 256));
const messageOf = (env: NodeJS.ProcessEnv, text = ''): string => {
  try {
    loadConfig(env, yaml(text));
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

afterAll(() => rmSync(folder, { recursive: true }));

describe('loadConfig', () => {
  it('has a default for everything but the secret key', () => {
    const config = loadConfig({}, yaml(''));
    expect(config.kafka).toEqual({
      brokers: ['127.0.0.1:9092'],
      clientId: 'plumbline',
      topicPrefix: 'plumbline',
      ssl: false,
    });
    expect(config.topics).toEqual({
      projects: { default: { predictions: 'plumbline.predictions', groundTruth: 'plumbline.ground-truth' } },
      deadLetter: 'plumbline.dead-letter',
    });
    expect(config.http).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(config.publicUrl).toBe('http://127.0.0.1:8080');
    expect(config.limits).toMatchObject({ eventBytes: 1_048_576, schemaChangesPerDay: 20 });
    expect(config.external).toEqual({ kafka: false, clickhouse: false, redis: false });
    expect(config.secretKey).toBeUndefined();
  });

  it('lets the environment win over yaml, key by key', () => {
    const text =
      'kafka: { brokers: ["a:1"], clientId: from-yaml }\nhttp: { port: 4000, host: 0.0.0.0 }\nlogLevel: debug\n';
    const config = loadConfig(
      { KAFKA_BROKERS: 'b:1, c:2', PORT: '5000', PLUMBLINE_LOG_LEVEL: '' },
      yaml(text),
    );
    expect(config.kafka).toMatchObject({ brokers: ['b:1', 'c:2'], clientId: 'from-yaml' });
    expect(config).toMatchObject({
      http: { port: 5000, host: '0.0.0.0' },
      logLevel: 'debug',
      publicUrl: 'http://localhost:5000',
    });
    expect(config.external).toEqual({ kafka: true, clickhouse: false, redis: false });
  });

  it('derives topic names from the prefix and takes several projects', () => {
    expect(
      loadConfig({ PLUMBLINE_TOPIC_PREFIX: 'x' }, yaml('')).topics.projects['default']?.predictions,
    ).toBe('x.predictions');
    const projects = {
      a: { predictions: 'a.p', groundTruth: 'a.g' },
      b: { predictions: 'b.p', groundTruth: 'b.g' },
    };
    expect(loadConfig({ PLUMBLINE_TOPICS: JSON.stringify(projects) }, yaml('')).topics.projects).toEqual(
      projects,
    );
  });

  it.each([
    ['base64', KEY.toString('base64')],
    ['base64url', KEY.toString('base64url')],
    ['hex', KEY.toString('hex')],
  ])('reads the secret key in %s', (_, text) => {
    const config = loadConfig({ PLUMBLINE_SECRET_KEY: text }, yaml(''));
    expect(requireSecretKey(config).export().equals(KEY)).toBe(true);
    expect(JSON.stringify(config)).not.toContain(text.slice(0, 12));
  });

  it('is frozen to the bottom', () => {
    const config = loadConfig({}, yaml(''));
    expect(() => config.kafka.brokers.push('x:1')).toThrow(TypeError);
    expect(() => Object.assign(config.topics.projects, { evil: {} })).toThrow(TypeError);
  });

  it.each([
    ['a bad port', { PORT: 'http' }, '', /http\.port \(PORT\): found "http";/],
    [
      'a broker without a port',
      { KAFKA_BROKERS: 'broker' },
      '',
      /kafka\.brokers\.0 \(KAFKA_BROKERS\): found "broker"; must be host:port/,
    ],
    [
      'a half-set SASL',
      { KAFKA_SASL_USERNAME: 'u' },
      '',
      /kafka\.sasl\.password \(KAFKA_SASL_PASSWORD\): found nothing/,
    ],
    [
      'a version of Kafka that is none',
      { PLUMBLINE_KAFKA_VERSION: 'newest' },
      '',
      /local\.kafkaVersion \(PLUMBLINE_KAFKA_VERSION\): found "newest"; must be a version/,
    ],
    ['an unknown section', {}, 'kafak: {}', /kafak: no such setting; did you mean kafka\?/],
    [
      'an unknown key',
      {},
      'ingest: { batchRow: 5 }',
      /ingest\.batchRow: no such setting; did you mean batchRows\?/,
    ],
    ['a key nothing like ours', {}, 'redis: { completelyOther: 5 }', /known here: url/],
    [
      'an odd log level',
      { PLUMBLINE_LOG_LEVEL: 'loud' },
      '',
      /logLevel \(PLUMBLINE_LOG_LEVEL\): found "loud"/,
    ],
    ['a bad flag', { KAFKA_SSL: 'maybe' }, '', /kafka\.ssl \(KAFKA_SSL\): found "maybe"/],
    [
      'a mail server without addresses',
      { PLUMBLINE_DEMO_SMTP_URL: 'smtp://u:hunter2@host' },
      '',
      /demo\.smtpUrl \(PLUMBLINE_DEMO_SMTP_URL\): found a value that is not shown; goes with demo\.mailFrom/,
    ],
    ['a file that is not yaml', {}, 'a: [', /cannot be read as YAML/],
    ['a file that is a list', {}, '- a', /holds no mapping/],
    [
      'one topic twice',
      {},
      'topics: { deadLetter: plumbline.predictions }',
      /found plumbline\.predictions in two places/,
    ],
    [
      'a heartbeat slower than the session',
      { PLUMBLINE_INGEST_SESSION_TIMEOUT_MS: '6000' },
      '',
      /at most a third/,
    ],
  ])('refuses %s with a useful sentence', (_, env, text, expected) => {
    expect(messageOf(env, text)).toMatch(expected);
  });

  it('reports all problems at once', () => {
    const message = messageOf({ PORT: '99999', PLUMBLINE_LOG_LEVEL: 'loud' }, 'redis: { ulr: x }');
    expect(message.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(3);
  });

  it.each([
    ['short', KEY.subarray(0, 16).toString('base64')],
    ['repetitive', Buffer.alloc(32, 1).toString('hex')],
    ['not encoded', 'correct horse battery staple!!'],
  ])('refuses a %s secret key without showing it', (_, text) => {
    const message = messageOf({ PLUMBLINE_SECRET_KEY: text });
    expect(message).toMatch(
      /secretKey \(PLUMBLINE_SECRET_KEY\): found a value that is not shown; .*openssl rand/,
    );
    expect(message).not.toContain(text);
  });

  it('never shows a password inside a refused address', () => {
    expect(messageOf({ REDIS_URL: 'http://u:hunter2@host' })).not.toContain('hunter2');
    expect(messageOf({}, 'redis: "redis://u:hunter2@host"')).toMatch(
      /redis: found a value that is not shown/,
    );
    expect(messageOf({ CLICKHOUSE_URL: 'ftp://u:hunter2@host' })).not.toContain('hunter2');
  });

  it('asks for a missing secret key and a missing file by name', () => {
    expect(() => requireSecretKey({ secretKey: undefined })).toThrow(/PLUMBLINE_SECRET_KEY.*openssl/);
    expect(() => loadConfig({ PLUMBLINE_CONFIG: '/nowhere/p.yaml' })).toThrow(
      /no file at \/nowhere\/p\.yaml/,
    );
  });
});
