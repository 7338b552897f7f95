import type { Consumer } from 'kafkajs';

type Client = Pick<Consumer, 'on' | 'events'>;
type Options = { maxMs: number; now: () => number; onSilence: (error: Error) => void };

const LOOKS = 10;

/**
 * watchSilence: calls back once when the client has neither fetched nor sent a heartbeat for `maxMs`. Every state in which it lives does one
 * of the two: it fetches, our heartbeats go on while a batch is handled, and a rebalance is shorter. Returns what ends the watch.
 */
export const watchSilence = (client: Client, { maxMs, now, onSilence }: Options): (() => void) => {
  let heardMs = now();
  const hear = () => {
    heardMs = now();
  };
  const { FETCH_START, FETCH, HEARTBEAT, GROUP_JOIN } = client.events;
  client.on(FETCH_START, hear);
  client.on(FETCH, hear);
  client.on(HEARTBEAT, hear);
  client.on(GROUP_JOIN, hear);
  const timer = setInterval(() => {
    if (now() - heardMs <= maxMs) return;
    clearInterval(timer);
    onSilence(new Error(`the client has not fetched for ${maxMs} ms`));
  }, maxMs / LOOKS);
  return () => clearInterval(timer);
};
