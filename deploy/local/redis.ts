import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runMaven } from './maven.js';
import { probeTcp } from './probe-tcp.js';
import { StackProblem } from './problem.js';
import type { LocalService, ServiceContext } from './service.js';
import type { StackSettings } from './settings.js';
import { writeWhole } from './state.js';

const artifact = 'com.github.codemonstur:embedded-redis:1.4.3';
const unpack = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack';

/** Redis keeps every accepted job (append-only file) and never throws keys away under memory pressure. */
export function redisConfig(folder: string, port: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    'protected-mode yes',
    `dir "${join(folder, 'data')}"`,
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory 512mb',
    'maxmemory-policy noeviction',
    'set-proc-title no',
    'daemonize no',
    'save ""',
    '',
  ].join('\n');
}

/** The server for this machine among the unpacked files, whose names end in `-linux-amd64`, `-darwin-arm64` and the like. */
export function pickBinary(names: readonly string[], platform: string, arch: string): string | undefined {
  const cpu = arch === 'x64' ? 'amd64' : arch;
  return names.find((name) => name.startsWith('redis-server-') && name.endsWith(`-${platform}-${cpu}`));
}

async function onPath(): Promise<boolean> {
  try {
    await promisify(execFile)('redis-server', ['--version'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** `redis-server` of the system, else a binary out of a Maven artifact that carries one per platform. */
async function findRedis(settings: StackSettings): Promise<string> {
  if (await onPath()) return 'redis-server';
  const binary = join(settings.cacheHome, 'redis', 'redis-server');
  const unpacked = join(settings.cacheHome, 'redis', 'unpacked');
  const present = await readdir(join(settings.cacheHome, 'redis')).catch((): string[] => []);
  if (present.includes('redis-server')) return binary;
  await mkdir(unpacked, { recursive: true });
  const args = [
    unpack,
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${unpacked}`,
    '-Dmdep.unpack.includes=redis-server-*',
  ];
  await runMaven('Redis', args, { ...settings, folder: unpacked });
  const name = pickBinary(await readdir(unpacked), process.platform, process.arch);
  if (name === undefined) {
    throw new StackProblem(
      `No Redis binary exists for ${process.platform} ${process.arch}: install redis-server, or point REDIS_URL at a Redis that runs.`,
    );
  }
  await copyFile(join(unpacked, name), `${binary}.partial`);
  await chmod(`${binary}.partial`, 0o755);
  await rename(`${binary}.partial`, binary);
  await rm(unpacked, { recursive: true });
  return binary;
}

/** Redis for jobs and locks. */
export function redisService({ settings, ports }: ServiceContext): LocalService {
  const folder = join(settings.home, 'redis');
  const marker = join(folder, 'redis.conf');
  return {
    name: 'redis',
    title: 'Redis',
    marker,
    ports: [{ label: 'Redis', port: ports.redis }],
    variable: 'REDIS_URL=redis://host:port',
    readyMs: 20_000,
    stopMs: 10_000,
    prepare: async () => {
      await mkdir(join(folder, 'data'), { recursive: true });
      await writeWhole(marker, redisConfig(folder, ports.redis));
    },
    command: async () => ({ file: await findRedis(settings), args: [marker], cwd: folder }),
    probe: async () => {
      const answer = await probeTcp(ports.redis, Buffer.from('PING\r\n'), (bytes) => bytes.includes('\r\n'));
      return answer?.toString().startsWith('+PONG') ?? false;
    },
  };
}
