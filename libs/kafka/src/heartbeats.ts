/** Heartbeats: keeps the group membership alive while a batch is handled; `signal` aborts when the batch is no longer ours. */
export type Heartbeats = {
  readonly signal: AbortSignal;
  /** Throws unless the group counted us as a member a moment ago: asks it when the last answer is older than one interval. */
  readonly confirm: () => Promise<void>;
  stop(): void;
};

type Options = {
  beat: () => Promise<void>;
  intervalMs: number;
  /** How long a batch may go on after the group has begun to rebalance: its work can still be committed until members rejoin. */
  rebalanceGraceMs: number;
  /** Called when the group begins to rebalance, or has gone on without us: nothing new is to be begun. */
  onEnding: () => void;
  /** Without an answer for this long the group has given us up, whether or not we can ask it. */
  sessionTimeoutMs: number;
  now: () => number;
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
export const startHeartbeats = (options: Options): Heartbeats => {
  const { beat, intervalMs, rebalanceGraceMs, onEnding, sessionTimeoutMs, now, parent } = options;
  const controller = new AbortController();
  const forward = () => controller.abort(parent.reason);
  if (parent.aborted) forward();
  else parent.addEventListener('abort', forward, { once: true });

  let grace: NodeJS.Timeout | undefined;
  let isBeating = false;
  let answeredMs = now();
  const judge = (error: unknown): void => {
    const type = typeOf(error);
    if (LOST.has(type)) {
      onEnding();
      controller.abort(error);
    } else if (type === 'REBALANCE_IN_PROGRESS') {
      onEnding();
      answeredMs = now();
      grace ??= setTimeout(() => controller.abort(error), rebalanceGraceMs);
    } else if (now() - answeredMs > sessionTimeoutMs) controller.abort(error);
  };
  const ask = async (): Promise<void> => {
    try {
      await beat();
      answeredMs = now();
    } catch (error) {
      judge(error);
    }
  };
  const timer = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    void ask().finally(() => {
      isBeating = false;
    });
  }, intervalMs);

  return {
    signal: controller.signal,
    confirm: async () => {
      controller.signal.throwIfAborted();
      await ask();
      controller.signal.throwIfAborted();
    },
    stop: () => {
      clearInterval(timer);
      clearTimeout(grace);
      parent.removeEventListener('abort', forward);
    },
  };
};
