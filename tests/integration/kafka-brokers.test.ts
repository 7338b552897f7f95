import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAdmin } from '#libs/kafka';
import { createLogger, loadConfig } from '#libs/platform';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { StackPorts } from '../../deploy/local/index.js';
import { makeCertificates, type Certificates } from '../setup/certificates.js';
import { startExtraKafka, type ExtraKafka } from '../setup/extra-kafka.js';
import { isLocalProcess, openKafka, range, withAdmin, type KafkaUnderTest } from './kafka-fixture.js';

/** The oldest version that is supported; the run's own broker is the newest. */
const OLDER = '3.9.2';
const USERS = { plain: 'p-plain', 'scram-sha-256': 'p-scram-256', 'scram-sha-512': 'p-scram-512' } as const;
const TOKEN_SECRET = 'p-oauth';
const SOON = { timeout: 30_000, interval: 50 };

let folder: string;
let certificates: Certificates;
let extra: ExtraKafka;
let tokens: Server;
const running = isLocalProcess();

const module = (name: string) => `org.apache.kafka.common.security.${name}`;

/** One listener that asks for a client certificate, and one with all SASL mechanisms. */
const secured = ({ clickhouseHttp: mutual, clickhouseTcp: sasl }: StackPorts) => ({
  version: OLDER,
  listeners: [
    { name: 'MUTUAL', protocol: 'SSL' as const, port: mutual },
    { name: 'SASL', protocol: 'SASL_SSL' as const, port: sasl },
  ],
  scram: (['scram-sha-256', 'scram-sha-512'] as const).map(
    (mechanism) => `${mechanism.toUpperCase()}=[name=ingest,password=${USERS[mechanism]}]`,
  ),
  properties: {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificates.server,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.ca,
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.sasl.plain.sasl.jaas.config': `${module('plain.PlainLoginModule')} required user_ingest="${USERS.plain}";`,
    'listener.name.sasl.scram-sha-256.sasl.jaas.config': `${module('scram.ScramLoginModule')} required;`,
    'listener.name.sasl.scram-sha-512.sasl.jaas.config': `${module('scram.ScramLoginModule')} required;`,
    'listener.name.sasl.oauthbearer.sasl.jaas.config': `${module('oauthbearer.OAuthBearerLoginModule')} required unsecuredLoginStringClaim_sub="broker";`,
  },
});

/** A token without a signature, as Kafka's own development callback accepts it. */
const unsecuredToken = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: 'ingest', iat: seconds, exp: seconds + 600 })}.`;
};

beforeAll(async () => {
  if (!running) return;
  folder = await mkdtemp(join(tmpdir(), 'plumbline-kafka-'));
  certificates = await makeCertificates(folder);
  extra = await startExtraKafka(secured);
  const expected = `Basic ${Buffer.from(`ingest:${TOKEN_SECRET}`).toString('base64')}`;
  tokens = createServer((request, response) => {
    if (request.headers.authorization !== expected) response.writeHead(401);
    else response.write(JSON.stringify({ access_token: unsecuredToken(), expires_in: 600 }));
    response.end();
  });
  await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  if (!running) return;
  tokens.close();
  await extra.stop();
  await rm(folder, { recursive: true });
});

const plainBrokers = (which: string): string =>
  which === OLDER ? `127.0.0.1:${extra.ports.kafka}` : inject('kafkaBrokers');

describe.each(running ? ['the newest', OLDER] : ['the newest'])('Kafka %s', (which) => {
  let kafka: KafkaUnderTest;
  beforeAll(() => {
    kafka = openKafka({ brokers: plainBrokers(which).split(',') });
  });
  afterAll(() => kafka.close());

  it('topics: created once with their settings, told apart when created again, deleted', async () => {
    const topic = await kafka.topic(3, { 'max.message.bytes': '2000000' });
    expect(await kafka.admin.ensureTopics([{ topic, partitions: 5 }])).toEqual([]);
    expect(await kafka.admin.offsets(topic)).toHaveLength(3);
    const incarnation = (await kafka.admin.incarnations([topic])).get(topic);
    expect(incarnation).toMatch(/^[\w-]{22}$/);
    await kafka.admin.deleteTopics([topic]);
    await expect.poll(async () => (await kafka.admin.incarnations([topic])).size, SOON).toBe(0);
    await kafka.admin.ensureTopics([{ topic }]);
    expect((await kafka.admin.incarnations([topic])).get(topic)).not.toBe(incarnation);
  });

  it('groups and offsets: reads on where it stopped, with the incarnation beside the offset', async () => {
    const topic = await kafka.topic();
    await kafka.send(topic, 50);
    const first = kafka.read(topic);
    await expect.poll(() => first.offsets(), SOON).toEqual(range(50));
    await first.consumer.stop();
    const incarnation = (await kafka.admin.incarnations([topic])).get(topic);
    expect(await kafka.admin.committed(`g-${topic}`, topic)).toEqual([
      { partition: 0, offset: 50n, note: incarnation },
    ]);
    await kafka.send(topic, 5);
    const second = kafka.read(topic);
    await expect.poll(() => second.offsets(), SOON).toEqual(range(5, 50));
    expect([...first.events, ...second.events]).toEqual([]);
  });

  it('codecs: what each of them packs is read', async () => {
    const topic = await kafka.topic();
    const producer = kafka.plain().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
    for (const compression of [None, GZIP, Snappy, LZ4, ZSTD])
      await producer.send({
        topic,
        compression,
        messages: range(10).map((n) => ({ value: `v${n} `.repeat(50) })),
      });
    await producer.disconnect();
    const reading = kafka.read(topic);
    await expect.poll(() => reading.offsets(), SOON).toEqual(range(50));
    const values = reading.batches.flatMap(({ records }) => records.map(({ value }) => value?.toString()));
    expect(new Set(values)).toEqual(new Set(range(10).map((n) => `v${n} `.repeat(50))));
  });

  it('idempotent produce: what was acknowledged is there once, in order', async () => {
    const topic = await kafka.topic();
    await Promise.all([kafka.send(topic, 3_000), kafka.send(topic, 3_000, 3_000)]);
    const reading = kafka.read(topic);
    await expect.poll(() => reading.offsets().length, SOON).toBe(6_000);
    const values = reading.batches.flatMap(({ records }) => records.map(({ value }) => value?.toString()));
    expect(new Set(values).size).toBe(6_000);
  });

  it('rebalance: two members share the partitions, and one takes over what the other leaves', async () => {
    const topic = await kafka.topic(4);
    const [first, second] = [kafka.read(topic), kafka.read(topic)];
    const shares = () => [first, second].map(({ consumer }) => consumer.positions().length);
    await expect.poll(shares, SOON).toEqual([2, 2]);
    await first.consumer.stop();
    await expect.poll(() => second.consumer.positions().length, SOON).toBe(4);
    await kafka.send(topic, 20);
    await expect.poll(() => second.offsets().length, SOON).toBe(20);
  });

  it('gives no warning', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error) => void warnings.push(warning.name);
    process.on('warning', listen);
    const topic = await kafka.topic();
    const { consumer } = kafka.read(topic);
    await expect.poll(() => consumer.positions().length, SOON).toBe(1);
    await withAdmin(kafka, (admin) => admin.listTopics());
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});

describe.skipIf(!running)('a Java producer', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('%s: its batches are read', async (compression) => {
    const kafka = openKafka({ brokers: [`127.0.0.1:${extra.ports.kafka}`] });
    try {
      const topic = await kafka.topic();
      const lines = range(200).map((n) => `${compression} ${n} ${'abc'.repeat(30)}`);
      const input = join(folder, `${compression}.txt`);
      await writeFile(input, lines.join('\n'));
      const lib = join(loadConfig().home, 'kafka', OLDER, 'lib', '*');
      const tool = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', `'${lib}'`, 'kafka.tools.ConsoleProducer'];
      const where = ['--bootstrap-server', `127.0.0.1:${extra.ports.kafka}`, '--topic', topic];
      const line = ['java', ...tool, ...where, '--compression-codec', compression, '<', input];
      await promisify(execFile)('sh', ['-c', line.join(' ')]);
      const reading = kafka.read(topic);
      await expect.poll(() => reading.offsets().length, SOON).toBe(200);
      const values = reading.batches.flatMap(({ records }) => records.map(({ value }) => value?.toString()));
      expect(values).toEqual(lines);
    } finally {
      await kafka.close();
    }
  });
});

describe.skipIf(!running)('a listener with TLS', () => {
  const TLS = () => ({ KAFKA_SSL: 'true', KAFKA_TLS_CA: certificates.ca });
  const mutual = () => ({ ...TLS(), KAFKA_BROKERS: `127.0.0.1:${extra.ports.clickhouseHttp}` });
  const sasl = (mechanism: string, rest: NodeJS.ProcessEnv) => ({
    ...TLS(),
    KAFKA_BROKERS: `127.0.0.1:${extra.ports.clickhouseTcp}`,
    KAFKA_SASL_MECHANISM: mechanism,
    ...rest,
  });
  const password = (mechanism: keyof typeof USERS, word: string = USERS[mechanism]) =>
    sasl(mechanism, { KAFKA_SASL_USERNAME: 'ingest', KAFKA_SASL_PASSWORD: word });
  const token = (secret = TOKEN_SECRET) =>
    sasl('oauthbearer', {
      KAFKA_SASL_TOKEN_URL: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
      KAFKA_SASL_CLIENT_ID: 'ingest',
      KAFKA_SASL_CLIENT_SECRET: secret,
    });
  const client = () => ({ KAFKA_TLS_CERT: certificates.clientCert, KAFKA_TLS_KEY: certificates.clientKey });

  it.each<[string, () => NodeJS.ProcessEnv]>([
    ['a client certificate', () => ({ ...mutual(), ...client() })],
    ['PLAIN', () => password('plain')],
    ['SCRAM-SHA-256', () => password('scram-sha-256')],
    ['SCRAM-SHA-512', () => password('scram-sha-512')],
    ['OAUTHBEARER', () => token()],
  ])('%s: is written and read through', async (_, env) => {
    const kafka = openKafka(loadConfig(env()).kafka);
    try {
      const topic = await kafka.topic();
      await kafka.send(topic, 20);
      const reading = kafka.read(topic);
      await expect.poll(() => reading.offsets(), SOON).toEqual(range(20));
      expect(reading.events).toEqual([]);
    } finally {
      await kafka.close();
    }
  });

  // Side by side: the client tries for ten seconds before it gives up.
  it.concurrent.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
    ['no client certificate', () => mutual(), /certificate|disconnect|closed|reset/i],
    [
      'an authority that did not sign',
      () => ({ ...password('plain'), KAFKA_TLS_CA: certificates.otherCa }),
      /certificate|signature/i,
    ],
    [
      'a name that the certificate does not have',
      () => ({ ...password('plain'), KAFKA_BROKERS: `127.0.0.2:${extra.ports.clickhouseTcp}` }),
      /altnames|ECONNREFUSED/,
    ],
    ['a wrong password', () => password('scram-sha-512', 'wrong-p4ss'), /authentication/i],
    ['a wrong client secret', () => token('wrong-p4ss'), /401/],
  ])('%s: is refused, and no secret is said or logged', async (_, env, reason) => {
    const lines: string[] = [];
    const logger = createLogger({ logLevel: 'trace' }, 'test', { write: (line) => void lines.push(line) });
    const admin = createAdmin({ ...loadConfig(env()).kafka, logger });
    const error = await admin.ping().catch((caught: unknown) => caught);
    await admin.close();
    expect(String(error)).toMatch(reason);
    const said = `${String(error)} ${lines.join('\n')}`;
    for (const secret of ['wrong-p4ss', ...Object.values(USERS), TOKEN_SECRET])
      expect(said).not.toContain(secret);
  });
});
