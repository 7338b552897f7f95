import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigError, loadConfig } from './load.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-tls-'));
const file = (name: string): string => join(folder, name);
const PASSPHRASE = 'correct horse';

/** A key and a certificate that signs itself. */
const makePair = (name: string, ...keyOptions: string[]): void => {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2'];
  const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`), '-subj', `/CN=${name}`];
  execFileSync('openssl', [...request, ...files, ...keyOptions], { stdio: 'ignore' });
};

const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(env, file('empty.yaml'));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

beforeAll(() => {
  writeFileSync(file('empty.yaml'), '');
  writeFileSync(file('no.pem'), 'nothing');
  writeFileSync(file('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  makePair('one', '-nodes');
  makePair('two', '-nodes');
  makePair('locked', '-passout', `pass:${PASSPHRASE}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('TLS settings', () => {
  it('are read from files or taken as text, for each of the three services', () => {
    const { kafka, clickhouse, redis } = loadConfig(
      {
        KAFKA_SSL: 'true',
        KAFKA_TLS_CA: file('one.crt'),
        KAFKA_TLS_CERT: file('locked.crt'),
        KAFKA_TLS_KEY: file('locked.key'),
        KAFKA_TLS_PASSPHRASE: PASSPHRASE,
        CLICKHOUSE_URL: 'https://clickhouse:8443',
        CLICKHOUSE_TLS_CA: readFileSync(file('two.crt'), 'utf8'),
        REDIS_URL: 'rediss://cache:6380',
        REDIS_TLS_CERT: file('one.crt'),
        REDIS_TLS_KEY: file('one.key'),
      },
      file('empty.yaml'),
    );
    expect(kafka.tls?.ca).toBe(readFileSync(file('one.crt'), 'utf8'));
    expect(createPrivateKey(kafka.tls?.key ?? '').asymmetricKeyType).toBe('ec');
    expect(JSON.stringify(kafka)).not.toContain(PASSPHRASE);
    expect(clickhouse.tls?.ca).toBe(readFileSync(file('two.crt'), 'utf8').trim());
    expect(Object.keys(redis.tls ?? {})).toEqual(expect.arrayContaining(['cert', 'key']));
    expect(loadConfig({}, file('empty.yaml')).kafka).not.toHaveProperty('tls');
  });

  it.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
    [
      'a file that is absent',
      () => ({ KAFKA_TLS_CA: file('absent') }),
      /kafka\.tls\.ca \(KAFKA_TLS_CA\): .*no such file.*PEM/,
    ],
    ['a file without a certificate', () => ({ KAFKA_TLS_CA: file('no.pem') }), /it holds no CERTIFICATE/],
    ['a certificate that is none', () => ({ KAFKA_TLS_CA: file('broken.pem') }), /kafka\.tls\.ca/],
    [
      'a certificate without its key',
      () => ({ KAFKA_TLS_CERT: file('one.crt') }),
      /kafka\.tls\.key \(KAFKA_TLS_KEY\): found nothing; the certificate needs its private key/,
    ],
    [
      'a key without its certificate',
      () => ({ KAFKA_TLS_KEY: file('one.key') }),
      /kafka\.tls\.cert \(KAFKA_TLS_CERT\): found nothing/,
    ],
    [
      "another's key",
      () => ({ KAFKA_TLS_CERT: file('one.crt'), KAFKA_TLS_KEY: file('two.key') }),
      /kafka\.tls\.key .*does not belong to the certificate/,
    ],
    [
      'a locked key without its passphrase',
      () => ({ KAFKA_TLS_CERT: file('locked.crt'), KAFKA_TLS_KEY: file('locked.key') }),
      /kafka\.tls\.key .*cannot be opened/,
    ],
    [
      'a locked key with another passphrase',
      () => ({
        KAFKA_TLS_CERT: file('locked.crt'),
        KAFKA_TLS_KEY: file('locked.key'),
        KAFKA_TLS_PASSPHRASE: 'wrong horse',
      }),
      /kafka\.tls\.key .*cannot be opened/,
    ],
  ])('refuse %s', (_, env, expected) => {
    const problems = problemsOf({ KAFKA_SSL: 'true', ...env() });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
    expect(problems[0]).not.toMatch(/horse|PRIVATE KEY-----/);
  });

  it('refuse to be given for connections that have no TLS, all in one message', () => {
    const ca = file('one.crt');
    expect(problemsOf({ KAFKA_TLS_CA: ca, CLICKHOUSE_TLS_CA: ca, REDIS_TLS_CA: ca })).toEqual([
      expect.stringMatching(/^kafka\.tls: .*KAFKA_SSL/) as string,
      expect.stringMatching(/^clickhouse\.tls: .*https:/) as string,
      expect.stringMatching(/^redis\.tls: .*rediss:/) as string,
    ]);
  });
});

describe('SASL settings', () => {
  const token = { KAFKA_SASL_MECHANISM: 'oauthbearer' };

  it.each<[string, NodeJS.ProcessEnv]>([
    ['scram by default', { KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }],
    ['a token file', { ...token, KAFKA_SASL_TOKEN_FILE: '/run/token' }],
    [
      'an authorization server',
      {
        ...token,
        KAFKA_SASL_TOKEN_URL: 'https://login.example/token',
        KAFKA_SASL_CLIENT_ID: 'i',
        KAFKA_SASL_CLIENT_SECRET: 's',
      },
    ],
  ])('take %s', (_, env) => {
    expect(problemsOf(env)).toEqual([]);
  });

  it.each<[string, NodeJS.ProcessEnv, string[]]>([
    ['no password', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }, ['KAFKA_SASL_PASSWORD']],
    [
      'nothing but a mechanism',
      { KAFKA_SASL_MECHANISM: 'plain' },
      ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
    ],
    ['an unknown mechanism', { KAFKA_SASL_MECHANISM: 'gssapi' }, ['KAFKA_SASL_MECHANISM']],
    ['no source of tokens', token, ['KAFKA_SASL_TOKEN_URL']],
    [
      'a token address without credentials',
      { ...token, KAFKA_SASL_TOKEN_URL: 'https://login.example/token' },
      ['KAFKA_SASL_CLIENT_ID', 'KAFKA_SASL_CLIENT_SECRET'],
    ],
    [
      'a secret sent in clear',
      {
        ...token,
        KAFKA_SASL_TOKEN_URL: 'http://login.example/token',
        KAFKA_SASL_CLIENT_ID: 'i',
        KAFKA_SASL_CLIENT_SECRET: 's',
      },
      ['KAFKA_SASL_TOKEN_URL'],
    ],
    [
      'a token address that is none',
      { ...token, KAFKA_SASL_TOKEN_URL: 'login', KAFKA_SASL_CLIENT_ID: 'i', KAFKA_SASL_CLIENT_SECRET: 's' },
      ['KAFKA_SASL_TOKEN_URL'],
    ],
  ])('refuse %s', (_, env, variables) => {
    const problems = problemsOf(env);
    expect(problems.map((line) => /\((\w+)\)/.exec(line)?.[1])).toEqual(variables);
  });
});
