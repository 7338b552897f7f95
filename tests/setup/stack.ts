import { inject } from 'vitest';
import { down, kill, serviceNames, up, type ServiceName } from '../../deploy/local/index.js';
import { testSettings } from './test-home.js';

const settings = () => testSettings(inject('stackHome'));

/** Whether this run's stack provides the service, so that a test may kill it. A configured one belongs to somebody else. */
export function isOurs(name: ServiceName): boolean {
  const { kafkaBrokers, clickhouse, redisUrl } = settings().configured;
  const given: Record<ServiceName, unknown> = { kafka: kafkaBrokers, clickhouse, redis: redisUrl };
  return given[name] === undefined;
}

/** SIGKILL, as in a crash: nothing is flushed or closed. */
export const killService = (name: ServiceName): Promise<void> => kill(settings(), name);

/** An orderly stop. */
export async function stopService(name: ServiceName): Promise<void> {
  await down(settings(), [name]);
}

/** Starts the service on the same data and port, and waits until it answers. */
export async function startService(name: ServiceName): Promise<void> {
  await up(settings(), [name]);
}

export const killKafka = (): Promise<void> => killService('kafka');
export const startKafka = (): Promise<void> => startService('kafka');
export const killClickhouse = (): Promise<void> => killService('clickhouse');
export const startClickhouse = (): Promise<void> => startService('clickhouse');
export const killRedis = (): Promise<void> => killService('redis');
export const startRedis = (): Promise<void> => startService('redis');

/** Brings everything back, whatever a test has killed; for afterEach. */
export async function restoreStack(): Promise<void> {
  await up(settings(), serviceNames.filter(isOurs));
}
