import { EventEmitter } from 'node:events';

import kafkajs from 'kafkajs';
import type { Consumer } from 'kafkajs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { watchSilence } from './silence.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const { events } = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'] }).consumer({ groupId: 'g' });
const watch = () => {
  const emitter = new EventEmitter();
  const on = ((name: string, listener: () => void) =>
    emitter.on(name, listener)) as unknown as Consumer['on'];
  const onSilence = vi.fn();
  const stop = watchSilence({ on, events }, { maxMs: 1_000, now: Date.now, onSilence });
  return { emitter, onSilence, stop };
};

it.each(['FETCH_START', 'FETCH', 'HEARTBEAT', 'GROUP_JOIN'] as const)(
  '%s is a sign of life',
  async (name) => {
    const { emitter, onSilence } = watch();
    for (let turn = 0; turn < 5; turn += 1) {
      await vi.advanceTimersByTimeAsync(900);
      emitter.emit(events[name]);
    }
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onSilence.mock.calls).toEqual([[new Error('the client has not fetched for 1000 ms')]]);
  },
);

it('ends when told so', async () => {
  const { onSilence, stop } = watch();
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onSilence).not.toHaveBeenCalled();
});
