import { findRunning } from './lifecycle.js';
import {
  serviceNames,
  servicesToProvide,
  type ServiceName,
  type StackAddresses,
  type StackSettings,
} from './settings.js';
import { addressesOf, contextOf, makers } from './stack-context.js';
import { readState } from './state.js';

export type ServiceStatus = {
  readonly name: ServiceName;
  readonly state: 'ready' | 'not answering' | 'stopped' | 'configured elsewhere' | 'container';
  readonly address: string;
  readonly pid?: number;
  readonly startedAt?: string;
};

/** Without user and password. */
function shownAddress(name: ServiceName, addresses: StackAddresses): string {
  switch (name) {
    case 'kafka':
      return addresses.kafkaBrokers;
    case 'clickhouse':
      return new URL(addresses.clickhouseUrl).origin;
    case 'redis':
      return `redis://${new URL(addresses.redisUrl).host}`;
  }
}

/** What runs where; never shows a password. */
export async function status(settings: StackSettings): Promise<ServiceStatus[]> {
  const state = await readState(settings.home);
  const context = await contextOf(settings, state);
  const provided = servicesToProvide(settings.configured);
  return Promise.all(
    serviceNames.map(async (name): Promise<ServiceStatus> => {
      const address = shownAddress(name, addressesOf(context));
      if (!provided.includes(name)) return { name, state: 'configured elsewhere', address };
      if (state?.engine === 'containers') return { name, state: 'container', address };
      const service = makers[name](context);
      const record = await findRunning(service, state?.processes[name]);
      if (!record) return { name, state: 'stopped', address };
      const answers = await service.probe();
      return {
        name,
        state: answers ? 'ready' : 'not answering',
        address,
        pid: record.pid,
        startedAt: record.startedAt,
      };
    }),
  );
}
