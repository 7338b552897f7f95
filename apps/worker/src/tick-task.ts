/** TickTask: does what is due now and nothing else; ends early when the signal aborts. Running it twice changes nothing. */
export type TickTask = (signal: AbortSignal) => Promise<void>;
