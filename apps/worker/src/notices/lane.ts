import type { KeyObject } from 'node:crypto';
import type { AlertTransition, NotifyJob } from '#libs/contracts';
import { createChannels, deliver } from '#libs/notify';
import type { Outbound } from '#libs/outbound';
import type { Config, Logger } from '#libs/platform';
import { withLock, type JobHandler, type JobQueue, type openRedis } from '#libs/queue';
import type { Store } from '#libs/store';
import type { TickTask } from '../tick-task.js';
import type { WorkerMetrics } from '../worker-metrics.js';
import { openChannel } from './channel-target.js';
import { composeMessage } from './compose-message.js';
import { NoticeDelivery } from './deliver-notice.js';
import { NoticeReconciler } from './reconcile-notices.js';
import { announce } from './routing.js';

type Options = {
  store: Store;
  queue: JobQueue<NotifyJob>;
  outbound: Outbound;
  redis: ReturnType<typeof openRedis>;
  secretKey: KeyObject;
  config: Pick<Config, 'publicUrl' | 'worker'>;
  metrics: WorkerMetrics;
  logger: Logger;
  now: () => number;
};

/** NoticeLane: the three places where notices meet the rest: fresh transitions, the tick, the queue's jobs. */
export type NoticeLane = {
  announce: (project: string, transitions: readonly AlertTransition[]) => Promise<void>;
  reconcile: TickTask;
  handle: JobHandler<NotifyJob>;
};

/** noticeLane: puts the parts of this lane together. */
export const noticeLane = (options: Options): NoticeLane => {
  const { store, queue, outbound, redis, secretKey, config, metrics, logger, now } = options;
  const channels = createChannels(outbound);
  const delivery = new NoticeDelivery({
    store,
    metrics,
    logger,
    now,
    lock: (name, act) => withLock(redis, name, { ttlMs: config.worker.lockTtlMs, logger }, act),
    compose: composeMessage({ store, secretKey, config, now }),
    send: async ({ project, channel }, message, signal) => {
      const opened = openChannel(secretKey, await store.documents.get(project, 'channel', channel));
      if (!opened.ok) return { ok: false, retryable: false, reason: opened.reason };
      return deliver(channels, message, opened.target, signal);
    },
  });
  return {
    announce: announce({ store, queue }),
    reconcile: new NoticeReconciler({ store, queue, now }).tick,
    handle: delivery.handle,
  };
};
