/** LOGGER: the app's pino logger. */
export const LOGGER = Symbol('LOGGER');
/** CONFIG: the whole configuration; take a slice of it. */
export const CONFIG = Symbol('CONFIG');
/** LOCKS: mutual exclusion between all processes of the installation. */
export const LOCKS = Symbol('LOCKS');
/** CLOCK: milliseconds since the epoch, so that tests decide what time it is. */
export const CLOCK = Symbol('CLOCK');

/** Locks: runs `act` while nobody else holds `key`; waits for a bounded time and then throws a 503 problem. */
export type Locks = <T>(key: string, act: (signal: AbortSignal) => Promise<T>) => Promise<T>;
export type Clock = () => number;
