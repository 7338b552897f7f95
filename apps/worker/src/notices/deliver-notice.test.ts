import type { AlertMessage, AlertTransition } from '#libs/contracts';
import type { SendResult } from '#libs/notify';
import { createLogger } from '#libs/platform';
import type { NoticeEntry, Store } from '#libs/store';
import { describe, expect, it } from 'vitest';
import { NoticeDelivery } from './deliver-notice.js';

const job = { project: 'p', transitionId: 't', channel: 'ops' };
const context = { id: 'j', attempt: 2, isLastAttempt: false, signal: new AbortController().signal };
const transition = {
  transitionId: 't',
  kind: 'opened',
  state: { alertId: 'a', model: 'm', severity: 'warning' },
} as AlertTransition;

type Given = { result?: SendResult; logFailures?: number; isFree?: boolean; routed?: boolean };

function setUp({
  result = { ok: true, receipt: 'HTTP 200' },
  logFailures = 0,
  isFree = true,
  routed = true,
}: Given) {
  const seen = { log: [] as Partial<NoticeEntry>[], sent: [] as string[], outcomes: [] as string[] };
  let failures = logFailures;
  const store = {
    alerts: {
      transition: () => Promise.resolve(transition),
      get: () => Promise.resolve({ state: transition.state, transitions: [transition] }),
    },
    notices: {
      forAlert: () => Promise.resolve([]),
      log: (entry: NoticeEntry) => {
        if (failures-- > 0) return Promise.reject(new Error('away'));
        seen.log.push(entry);
        return Promise.resolve();
      },
    },
    documents: {
      list: (_: string, kind: string) =>
        Promise.resolve(
          kind === 'route' && routed ? [{ body: { match: {}, channels: ['ops'], sendResolved: true } }] : [],
        ),
    },
  } as unknown as Store;
  const delivery = new NoticeDelivery({
    store,
    lock: async (_, act) => (isFree ? { acquired: true, value: await act() } : { acquired: false }),
    compose: (_, { kind }) => Promise.resolve({ transition: kind } as AlertMessage),
    send: (_, message) => {
      seen.sent.push(message.transition);
      return Promise.resolve(result);
    },
    metrics: {
      noticed: (outcome) => {
        seen.outcomes.push(outcome);
      },
    },
    logger: createLogger({ logLevel: 'silent' }, 'test'),
    now: () => 0,
  });
  return { seen, handle: delivery.handle };
}

describe('NoticeDelivery', () => {
  it('logs after it has sent, and tries the log again rather than the send', async () => {
    const { seen, handle } = setUp({ logFailures: 2 });
    expect(await handle(job, context)).toEqual({ kind: 'done' });
    expect(seen.sent).toEqual(['opened']);
    expect(seen.log).toMatchObject([{ outcome: 'sent', detail: 'HTTP 200', attempts: 2, alertId: 'a' }]);
  });

  it.each([
    [
      'comes again when the remote side says so',
      { ok: false, retryable: true, retryAfterMs: 9_000, reason: '429' },
      context,
      { kind: 'retry', reason: '429', afterMs: 9_000 },
      [],
    ],
    [
      'comes again after an outage',
      { ok: false, retryable: true, reason: '500' },
      context,
      { kind: 'retry', reason: '500' },
      [],
    ],
    [
      'logs what can never be sent',
      { ok: false, retryable: false, reason: 'HTTP 404' },
      context,
      { kind: 'done' },
      [{ outcome: 'failed', detail: 'HTTP 404' }],
    ],
    [
      'logs that it gave up',
      { ok: false, retryable: true, reason: '500' },
      { ...context, attempt: 300, isLastAttempt: true },
      { kind: 'done' },
      [{ outcome: 'failed', detail: 'given up after 300 tries: 500' }],
    ],
  ] as const)('%s', async (_, result, given, outcome, log) => {
    const { seen, handle } = setUp({ result });
    expect(await handle(job, given)).toEqual(outcome);
    expect(seen.log).toMatchObject(log);
  });

  it('waits while another notice of the alert is on its way', async () => {
    const { seen, handle } = setUp({ isFree: false });
    expect(await handle(job, context)).toMatchObject({ kind: 'retry', afterMs: 1_000 });
    expect(seen).toEqual({ log: [], sent: [], outcomes: [] });
  });

  it('has nothing to do when the route is gone', async () => {
    const { seen, handle } = setUp({ routed: false });
    expect(await handle(job, context)).toEqual({ kind: 'done' });
    expect(seen).toEqual({ log: [], sent: [], outcomes: [] });
  });
});
