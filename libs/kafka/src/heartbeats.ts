/** Heartbeats: keeps the group membership alive while a batch is handled; `signal` aborts when the batch is no longer ours. */
export type Heartbeats = { readonly signal: AbortSignal; stop(): void };

type Options = {
  beat: () => Promise<void>;
  intervalMs: number;
  /** How long a batch may go on after the group has begun to rebalance: its work can still be committed until members rejoin. */
  rebalanceGraceMs: number;
  /** Aborted when the consumer itself gives up (stop, crash). */
  parent: AbortSignal;
};

const typeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'type' in error && typeof error.type === 'string'
    ? error.type
    : '';

const LOST = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

/**
 * startHeartbeats: the client sends none while a handler runs, so a slow write would cost the membership and the batch would
 * be handled again and again. Errors: a lost membership aborts at once, a rebalance after the grace; a broker that does not
 * answer is left to the next beat (if it stays away, the commit fails and says so).
 */
export const startHeartbeats = ({ beat, intervalMs, rebalanceGraceMs, parent }: Options): Heartbeats => {
  const controller = new AbortController();
  const forward = () => controller.abort(parent.reason);
  if (parent.aborted) forward();
  else parent.addEventListener('abort', forward, { once: true });

  let grace: NodeJS.Timeout | undefined;
  let isBeating = false;
  const judge = (error: unknown): void => {
    const type = typeOf(error);
    if (LOST.has(type)) controller.abort(error);
    else if (type === 'REBALANCE_IN_PROGRESS')
      grace ??= setTimeout(() => controller.abort(error), rebalanceGraceMs);
  };
  const timer = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    void beat()
      .catch(judge)
      .finally(() => {
        isBeating = false;
      });
  }, intervalMs);

  return {
    signal: controller.signal,
    stop: () => {
      clearInterval(timer);
      clearTimeout(grace);
      parent.removeEventListener('abort', forward);
    },
  };
};
