import { clickhouseService } from './clickhouse.js';
import { loadCredentials } from './credentials.js';
import { kafkaService } from './kafka.js';
import { redisService } from './redis.js';
import type { LocalService, ServiceContext } from './service.js';
import { defaultPorts, type ServiceName, type StackAddresses, type StackSettings } from './settings.js';
import type { StackState } from './state.js';

/** How each service is made for a home and its ports. */
export const makers: Record<ServiceName, (context: ServiceContext) => LocalService> = {
  kafka: kafkaService,
  clickhouse: clickhouseService,
  redis: redisService,
};

/** Ports asked for, else those of the last start, else the defaults; and the home's passwords. */
export async function contextOf(
  settings: StackSettings,
  state: StackState | undefined,
): Promise<ServiceContext> {
  const ports = settings.ports ?? state?.ports ?? defaultPorts;
  return { settings, ports, credentials: await loadCredentials(settings.home) };
}

/** Configured addresses, and the stack's own for the rest. */
export function addressesOf({ settings, ports, credentials }: ServiceContext): StackAddresses {
  const { kafkaBrokers, clickhouse, redisUrl } = settings.configured;
  return {
    kafkaBrokers: kafkaBrokers ?? `127.0.0.1:${ports.kafka}`,
    clickhouseUrl: clickhouse?.url ?? `http://127.0.0.1:${ports.clickhouseHttp}`,
    clickhouseUser: clickhouse?.user ?? credentials.clickhouseUser,
    clickhousePassword: clickhouse?.password ?? credentials.clickhousePassword,
    redisUrl: redisUrl ?? `redis://127.0.0.1:${ports.redis}`,
  };
}
