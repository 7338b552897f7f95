import { join } from 'node:path';

export const serviceNames = ['kafka', 'clickhouse', 'redis'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Loopback ports of the local stack. */
export type StackPorts = {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly clickhouseHttp: number;
  readonly clickhouseTcp: number;
  readonly redis: number;
};

export const defaultPorts: StackPorts = {
  kafka: 19092,
  kafkaController: 19093,
  clickhouseHttp: 18123,
  clickhouseTcp: 19000,
  redis: 16379,
};

/** Services the user runs elsewhere; what is given here is used and never started or stopped. */
export type ConfiguredServices = {
  readonly kafkaBrokers?: string;
  readonly clickhouse?: { readonly url: string; readonly user: string; readonly password: string };
  readonly redisUrl?: string;
};

/** What a Kafka for tests may have beside the ordinary: all of it stays on loopback. */
export type KafkaSetup = {
  /** Such as 3.9.2; without it the version of the committed pom. */
  readonly version?: string;
  /** Listeners beside the plain one. */
  readonly listeners?: readonly { name: string; protocol: 'SSL' | 'SASL_SSL'; port: number }[];
  /** Lines of server.properties, added or replaced. */
  readonly properties?: Readonly<Record<string, string | number>>;
  /** Credentials that the data folder is prepared with, as `kafka-storage format --add-scram` takes them. */
  readonly scram?: readonly string[];
};

export type StackSettings = {
  /** Absolute folder that holds state, data, logs and generated secrets. */
  readonly home: string;
  /** Absolute folder that holds downloads; several homes may share it. */
  readonly cacheHome: string;
  /** Ports asked for; without them those of the running stack, else the defaults. */
  readonly ports?: StackPorts;
  readonly configured: ConfiguredServices;
  readonly kafka?: KafkaSetup;
  /** prefer: where a container engine answers. fallback: only where Java is missing. never: not at all. */
  readonly containers: 'prefer' | 'fallback' | 'never';
  /** Receives progress, one line at a time. */
  readonly say: (line: string) => void;
  /** Ends a start early; what that start had begun is stopped again. */
  readonly signal?: AbortSignal;
};

/** Where clients find the three services. Brokers are comma-separated. */
export type StackAddresses = {
  readonly kafkaBrokers: string;
  readonly clickhouseUrl: string;
  readonly clickhouseUser: string;
  readonly clickhousePassword: string;
  readonly redisUrl: string;
  readonly grafanaUrl?: string;
};

/** All default ports moved by the same distance, for a second stack on one machine. */
export function shiftPorts(ports: StackPorts, offset: number): StackPorts {
  return {
    kafka: ports.kafka + offset,
    kafkaController: ports.kafkaController + offset,
    clickhouseHttp: ports.clickhouseHttp + offset,
    clickhouseTcp: ports.clickhouseTcp + offset,
    redis: ports.redis + offset,
  };
}

/** Which of the three are to be provided here, because no address is configured for them. */
export function servicesToProvide(configured: ConfiguredServices): ServiceName[] {
  const given: Record<ServiceName, unknown> = {
    kafka: configured.kafkaBrokers,
    clickhouse: configured.clickhouse,
    redis: configured.redisUrl,
  };
  return serviceNames.filter((name) => given[name] === undefined);
}

/** The same settings for work that must not be interrupted. */
export function withoutSignal(settings: StackSettings): StackSettings {
  const copy = { ...settings };
  Reflect.deleteProperty(copy, 'signal');
  return copy;
}

export const logFile = (home: string, name: string): string => join(home, 'logs', `${name}.log`);
