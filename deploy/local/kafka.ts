import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { localSources } from './checkout.js';
import { kafkaAnswers } from './kafka-probe.js';
import { takeLock } from './lock.js';
import { runMaven } from './maven.js';
import { reasonOf, StackProblem } from './problem.js';
import { requireJava } from './requirements.js';
import type { LocalService, ServiceContext } from './service.js';
import type { KafkaSetup, StackPorts, StackSettings } from './settings.js';
import { readIfThere, writeWhole } from './state.js';

const logging = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];

const host = '127.0.0.1';

/**
 * One node that is broker and controller, on loopback. Short sessions of the broker, so that a restart after a crash need not wait for the old
 * one to expire; short sessions of consumers are allowed, so that tests can let one expire.
 */
export function kafkaConfig(dataFolder: string, ports: StackPorts, setup: KafkaSetup = {}): string {
  const listeners = [
    { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: ports.kafka },
    ...(setup.listeners ?? []),
  ];
  const controller = { name: 'CONTROLLER', protocol: 'PLAINTEXT', port: ports.kafkaController };
  const addresses = (some: typeof listeners) =>
    some.map(({ name, port }) => `${name}://${host}:${port}`).join(',');
  const protocols = [...listeners, controller].map(({ name, protocol }) => `${name}:${protocol}`);
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${host}:${ports.kafkaController}`,
    listeners: addresses([...listeners, controller]),
    'advertised.listeners': addresses(listeners),
    'listener.security.protocol.map': protocols.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataFolder,
    'log.message.timestamp.type': 'LogAppendTime',
    'auto.create.topics.enable': 'false',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    ...setup.properties,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** A Kafka id: 16 random bytes, base64url, 22 characters; a leading dash would be read as an option. */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

const pom = join(localSources, 'kafka', 'pom.xml');

/** The version asked for, else the one of the committed pom. */
async function versionOf({ kafka }: StackSettings): Promise<string> {
  if (kafka?.version !== undefined) return kafka.version;
  const found = /<kafka\.version>([^<]+)</.exec(await readFile(pom, 'utf8'))?.[1];
  if (found === undefined)
    throw new StackProblem(`${pom} names no kafka.version: restore it from the repository.`);
  return found;
}

/** The folder of one version of Kafka: its jars, fetched when absent or when the committed pom has changed since. */
async function provideJars(settings: StackSettings, version: string): Promise<string> {
  const cache = join(settings.cacheHome, 'kafka', version);
  const lib = join(cache, 'lib');
  const stamp = join(lib, 'pom.sha256');
  const hash = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex');
  if ((await readIfThere(stamp)) === hash) return cache;
  const purpose = 'Fetching Kafka';
  const release = await takeLock({ path: join(cache, 'fetch.lock'), purpose, waitMs: 600_000, ...settings });
  try {
    if ((await readIfThere(stamp)) === hash) return cache;
    const partial = join(cache, 'lib.partial');
    await rm(partial, { recursive: true, force: true });
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`];
    const args = ['-f', pom, `-Dkafka.version=${version}`, ...goal];
    await runMaven(`Apache Kafka ${version} (43 MB)`, args, { ...settings, folder: cache });
    await writeFile(join(partial, 'pom.sha256'), hash);
    await rm(lib, { recursive: true, force: true });
    await rename(partial, lib);
    return cache;
  } finally {
    await release();
  }
}

async function formatOnce(
  lib: string,
  marker: string,
  dataFolder: string,
  { signal, kafka }: StackSettings,
): Promise<void> {
  if (existsSync(join(dataFolder, 'meta.properties'))) return;
  const tool = [
    '-Xmx128m',
    '-XX:TieredStopAtLevel=1',
    ...logging,
    '-cp',
    `${lib}/*`,
    'kafka.tools.StorageTool',
  ];
  try {
    const users = (kafka?.scram ?? []).flatMap((user) => ['--add-scram', user]);
    await promisify(execFile)('java', [...tool, 'format', '-t', newClusterId(), '-c', marker, ...users], {
      timeout: 60_000,
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new StackProblem(
      `Kafka's data folder ${dataFolder} could not be prepared; "plumbline stack reset" empties it. ${reasonOf(cause)}`,
    );
  }
}

/** Apache Kafka in KRaft mode on the Java of the PATH. Its first stop writes a class archive that more than halves later starts. */
export function kafkaService({ settings, ports }: ServiceContext): LocalService {
  const folder = join(settings.home, 'kafka');
  const dataFolder = join(folder, 'data');
  const marker = join(folder, 'server.properties');
  let lib = '';
  let archive = '';
  return {
    name: 'kafka',
    title: 'Kafka',
    marker,
    ports: [
      { label: 'Kafka', port: ports.kafka },
      { label: "Kafka's controller", port: ports.kafkaController },
    ],
    variable: 'KAFKA_BROKERS=host:port',
    readyMs: 60_000,
    stopMs: 30_000,
    prepare: async () => {
      const java = await requireJava();
      const cache = await provideJars(settings, await versionOf(settings));
      lib = join(cache, 'lib');
      archive = join(cache, `classes-java-${java}.jsa`);
      await mkdir(dataFolder, { recursive: true });
      await writeWhole(marker, kafkaConfig(dataFolder, ports, settings.kafka));
      await formatOnce(lib, marker, dataFolder, settings);
    },
    command: () =>
      Promise.resolve({
        file: 'java',
        args: [
          '-Xmx512m',
          '-XX:TieredStopAtLevel=1',
          '-XX:+UseSerialGC',
          existsSync(archive) ? `-XX:SharedArchiveFile=${archive}` : `-XX:ArchiveClassesAtExit=${archive}`,
          '-Xlog:cds=off',
          '-Xlog:cds+dynamic=off',
          ...logging,
          '-cp',
          `${lib}/*`,
          'kafka.Kafka',
          marker,
        ],
        cwd: folder,
      }),
    probe: () => kafkaAnswers(ports.kafka),
  };
}
