import type { AlertMessage, AlertTransition, NotifyJob, TransitionKind } from '#libs/contracts';
import { channelsFor, silencedBy } from '#libs/monitoring';
import type { SendResult } from '#libs/notify';
import { retry, type Logger } from '#libs/platform';
import type { JobContext, JobHandler, JobOutcome, LockResult } from '#libs/queue';
import type { NoticeOutcome, Store } from '#libs/store';
import type { WorkerMetrics } from '../worker-metrics.js';
import { decideNotice } from './decide.js';
import { loadRoutes } from './routing.js';

type Options = {
  store: Pick<Store, 'documents' | 'alerts' | 'notices'>;
  /** Keeps two workers from telling the same channel about the same alert at once. */
  lock: (name: string, act: () => Promise<JobOutcome>) => Promise<LockResult<JobOutcome>>;
  compose: (project: string, transition: AlertTransition) => Promise<AlertMessage>;
  send: (job: NotifyJob, message: AlertMessage, signal: AbortSignal) => Promise<SendResult>;
  metrics: Pick<WorkerMetrics, 'noticed'>;
  logger: Logger;
  now: () => number;
};

type Ending = { outcome: NoticeOutcome; detail: string };

const LOCK_RETRY_MS = 1_000;
const LOG_TRIES = 5;

/**
 * NoticeDelivery: decides, sends and logs one notice. The log is written after the send, so a crash in between tells people twice rather
 * than never.
 */
export class NoticeDelivery {
  constructor(private readonly options: Options) {}

  readonly handle: JobHandler<NotifyJob> = async (job, context) => {
    const { store, lock } = this.options;
    const transition = await store.alerts.transition(job.project, job.transitionId);
    if (transition === null)
      return { kind: 'retry', reason: `the transition ${job.transitionId} is not stored yet` };
    const name = `notice/${job.project}/${transition.state.alertId}/${job.channel}`;
    const result = await lock(name, () => this.deliver(job, transition, context));
    return result.acquired
      ? result.value
      : {
          kind: 'retry',
          reason: 'another notice of this alert is on its way',
          afterMs: LOCK_RETRY_MS,
          isExpected: true,
        };
  };

  private async deliver(
    job: NotifyJob,
    transition: AlertTransition,
    context: JobContext,
  ): Promise<JobOutcome> {
    const decision = await this.decide(job, transition);
    switch (decision.kind) {
      case 'settled':
        return { kind: 'done' };
      case 'drop':
        return this.end(job, transition, context, decision);
      case 'send':
        return this.send(job, transition, context, decision.as);
    }
  }

  private async decide({ project, channel, transitionId }: NotifyJob, { state }: AlertTransition) {
    const { store, now } = this.options;
    const [alert, entries, routes, silences] = await Promise.all([
      store.alerts.get(project, state.alertId),
      store.notices.forAlert(project, state.alertId),
      loadRoutes(store, project),
      store.documents.list(project, 'silence'),
    ]);
    const own = entries.filter((entry) => entry.channel === channel);
    const silence = silencedBy(
      state,
      silences.map(({ id, body }) => ({ id, ...body })),
      now(),
    );
    return decideNotice({
      transitionId,
      history: (alert?.transitions ?? []).map((step) => ({
        transitionId: step.transitionId,
        kind: step.kind,
        routed: channelsFor(step, routes).includes(channel),
      })),
      logged: new Map(own.map((entry) => [entry.transitionId, entry.outcome])),
      silence: silence === null ? null : `silence ${silence.id}: ${silence.comment}`,
    });
  }

  private async send(
    job: NotifyJob,
    transition: AlertTransition,
    context: JobContext,
    kind: TransitionKind,
  ): Promise<JobOutcome> {
    const message = await this.options.compose(job.project, { ...transition, kind });
    const result = await this.options.send(job, message, context.signal);
    if (result.ok)
      return this.end(job, transition, context, { outcome: 'sent', detail: result.receipt ?? '' });
    if (!result.retryable)
      return this.end(job, transition, context, { outcome: 'failed', detail: result.reason });
    if (context.isLastAttempt) {
      const detail = `given up after ${context.attempt} tries: ${result.reason}`;
      return this.end(job, transition, context, { outcome: 'failed', detail });
    }
    this.options.metrics.noticed('retry');
    const { reason, retryAfterMs } = result;
    return { kind: 'retry', reason, ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }) };
  }

  /** Logs the final outcome; tried several times, because after a send the next try would send again. */
  private async end(
    { project, transitionId, channel }: NotifyJob,
    { state }: AlertTransition,
    { attempt }: JobContext,
    { outcome, detail }: Ending,
  ): Promise<JobOutcome> {
    const { store, metrics, logger } = this.options;
    const entry = {
      project,
      transitionId,
      channel,
      alertId: state.alertId,
      outcome,
      detail,
      attempts: attempt,
    };
    await retry(() => store.notices.log(entry), { attempts: LOG_TRIES });
    metrics.noticed(outcome);
    const level = outcome === 'failed' ? 'error' : 'info';
    logger[level]({ project, channel, alert: state.alertId, outcome, detail, attempt }, 'notice ended');
    return { kind: 'done' };
  }
}
