import { join } from 'node:path';
import type { Config } from '#libs/platform';
import { checkoutRoot, type StackAddresses } from '../../../../deploy/local/index.js';

const appNames = ['api', 'ingest', 'worker'] as const;
export type AppName = (typeof appNames)[number];

/**
 * runtimeOptions: of Node. Buffers lie outside its heap and go with their owners, the young of which are looked at when their space is full: a
 * smaller one lets go of a fetch sooner. It keeps ingest about 100 MiB smaller at the same speed, and a worker that reads baselines as much;
 * containers have it in NODE_OPTIONS.
 */
export const runtimeOptions: Readonly<Partial<Record<AppName, readonly string[]>>> = {
  ingest: ['--max-semi-space-size=8'],
  worker: ['--max-semi-space-size=8'],
};

/** Consumers stop first and the API last, so that nothing asks for what has gone already. */
export const stopOrder: readonly AppName[] = ['ingest', 'worker', 'api'];

/** Loopback ports: the API's own, next to it the health and metrics of the others, then the demo's stand-ins for Slack and a mail server. */
export type AppPorts = Readonly<Record<AppName | 'slackSink' | 'smtpSink', number>>;

export type AppPlan = {
  readonly name: AppName;
  readonly entry: string;
  readonly runtime: readonly string[];
  readonly port: number;
  /** Base address of its health and metrics. */
  readonly url: string;
  /** The argument that shows a process to be this home's app. */
  readonly marker: string;
  readonly environment: Readonly<Record<string, string>>;
};

export type PlanInput = {
  readonly config: Pick<Config, 'home' | 'http' | 'publicUrl' | 'outbound' | 'secretKey'>;
  readonly addresses: StackAddresses;
  /** Base64; used where the configuration has no key of its own. */
  readonly generatedKey: string;
  readonly withDemo: boolean;
};

export function appPorts({ port }: Config['http']): AppPorts {
  return { api: port, ingest: port + 1, worker: port + 2, slackSink: port + 3, smtpSink: port + 4 };
}

export const appMarker = (home: string, name: AppName): string => join(home, 'apps', name);

const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

/** Addresses and secrets that all three apps get. */
function sharedEnvironment({ config, addresses, generatedKey, withDemo }: PlanInput): Record<string, string> {
  const ports = appPorts(config.http);
  const sinks = withDemo ? [`127.0.0.1:${ports.slackSink}`, `127.0.0.1:${ports.smtpSink}`] : [];
  const allowed = [...config.outbound.allow, ...sinks];
  return {
    KAFKA_BROKERS: addresses.kafkaBrokers,
    CLICKHOUSE_URL: addresses.clickhouseUrl,
    CLICKHOUSE_USER: addresses.clickhouseUser,
    CLICKHOUSE_PASSWORD: addresses.clickhousePassword,
    REDIS_URL: addresses.redisUrl,
    PLUMBLINE_HOME: config.home,
    PLUMBLINE_PUBLIC_URL: config.publicUrl,
    ...(config.secretKey ? {} : { PLUMBLINE_SECRET_KEY: generatedKey }),
    ...(allowed.length > 0 ? { PLUMBLINE_OUTBOUND_ALLOW: allowed.join(',') } : {}),
  };
}

/** How to run each app: its built entry point, its port and its environment. */
export function planApps(input: PlanInput): AppPlan[] {
  const shared = sharedEnvironment(input);
  const ports = appPorts(input.config.http);
  return appNames.map((name) => ({
    name,
    entry: join(checkoutRoot, 'dist', 'apps', name, 'src', 'main.js'),
    runtime: runtimeOptions[name] ?? [],
    port: ports[name],
    url: `http://${reachable(input.config.http.host)}:${ports[name]}`,
    marker: appMarker(input.config.home, name),
    environment: { ...shared, PORT: String(ports[name]) },
  }));
}
