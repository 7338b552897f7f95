import type { Credentials } from './credentials.js';
import type { Command } from './processes.js';
import type { ServiceName, StackPorts, StackSettings } from './settings.js';

export type ServiceContext = {
  readonly settings: StackSettings;
  readonly ports: StackPorts;
  readonly credentials: Credentials;
};

/** One of the three services as a local process. The shared code in `lifecycle.ts` starts, watches and stops it. */
export type LocalService = {
  readonly name: ServiceName;
  readonly title: string;
  /** Absolute path of the configuration file that its command line names: the proof that a process is ours. */
  readonly marker: string;
  readonly ports: readonly { readonly label: string; readonly port: number }[];
  /** The variable that points Plumbline at a service run elsewhere, for messages. */
  readonly variable: string;
  readonly readyMs: number;
  readonly stopMs: number;
  /** Downloads once, writes configuration. Throws StackProblem. */
  readonly prepare: () => Promise<void>;
  readonly command: () => Promise<Command>;
  /** Whether it answers a request, not merely a connection. */
  readonly probe: () => Promise<boolean>;
};
