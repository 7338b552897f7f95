import type { Config } from '#libs/platform';
import { defaultPorts, shiftPorts, type StackSettings } from '../../../deploy/local/index.js';

export type StackOptions = { readonly portOffset?: number | undefined; readonly signal?: AbortSignal };

/** One line of progress for the person at the keyboard. */
export const say = (line: string): void => console.log(line);

/** What the local stack needs out of the configuration: where its state lives, and which services run elsewhere. */
export function stackSettings(config: Config, { portOffset, signal }: StackOptions = {}): StackSettings {
  const { external, kafka, clickhouse, redis, home, local } = config;
  const { url, user, password } = clickhouse;
  return {
    home,
    cacheHome: home,
    ...(portOffset === undefined ? {} : { ports: shiftPorts(defaultPorts, portOffset) }),
    configured: {
      ...(external.kafka ? { kafkaBrokers: kafka.brokers.join(',') } : {}),
      ...(external.clickhouse ? { clickhouse: { url, user, password } } : {}),
      ...(external.redis ? { redisUrl: redis.url } : {}),
    },
    ...(local.kafkaVersion === undefined ? {} : { kafka: { version: local.kafkaVersion } }),
    containers: 'prefer',
    say,
    ...(signal ? { signal } : {}),
  };
}
