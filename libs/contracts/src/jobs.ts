import { z } from 'zod';

/** Queues of the worker. BullMQ only rings the bell: what is due is decided from ClickHouse, so a lost or doubled job changes nothing. */
export const QUEUES = { tick: 'tick', notify: 'notify' } as const;

export const tickJobSchema = z.strictObject({
  kind: z.enum([
    'profile',
    'evaluate',
    'link-labels',
    'reconcile-notices',
    'watch-intake',
    'erase',
    'retention',
  ]),
});
export type TickJob = z.infer<typeof tickJobSchema>;

/** Names only: content and secrets are read by the worker, never carried through Redis. */
export const notifyJobSchema = z.strictObject({
  project: z.string(),
  transitionId: z.string(),
  channel: z.string(),
});
export type NotifyJob = z.infer<typeof notifyJobSchema>;
