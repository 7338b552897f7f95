import type { AlertTransition, TransitionKind } from '#libs/contracts';

/** `routed`: whether a route leads this transition to the channel. */
type NoticeStep = Pick<AlertTransition, 'transitionId' | 'kind'> & { routed: boolean };

/** What is known when a notice is about to leave for one channel. */
export type NoticeFacts = {
  transitionId: string;
  /** All transitions of the alert, oldest first. */
  history: readonly NoticeStep[];
  /** Final outcomes on this channel by transition. */
  logged: ReadonlyMap<string, string>;
  /** Why the alert is silenced now; null when it is not. */
  silence: string | null;
};

/** `send.as`: an update is told as an opening to those who never heard of the alert. */
export type NoticeDecision =
  | { kind: 'settled' }
  | { kind: 'drop'; outcome: 'silenced' | 'superseded'; detail: string }
  | { kind: 'send'; as: TransitionKind };

/**
 * decideNotice: whether this transition still has to be told on this channel. People hear the newest state once: what was
 * overtaken while it waited is skipped, an ending is told only to those who heard of the beginning.
 */
export function decideNotice({ transitionId, history, logged, silence }: NoticeFacts): NoticeDecision {
  const index = history.findIndex((step) => step.transitionId === transitionId);
  const step = history[index];
  if (step === undefined || !step.routed || logged.has(transitionId)) return { kind: 'settled' };
  const newer = history.slice(index + 1).find((later) => later.routed || later.kind === 'resolved');
  if (newer !== undefined)
    return {
      kind: 'drop',
      outcome: 'superseded',
      detail: `the alert was ${newer.kind} before this was told`,
    };
  const told = history.slice(0, index).some((earlier) => logged.get(earlier.transitionId) === 'sent');
  if (step.kind === 'resolved' && !told)
    return { kind: 'drop', outcome: 'superseded', detail: 'nobody was told that the alert was open' };
  if (silence !== null) return { kind: 'drop', outcome: 'silenced', detail: silence };
  return { kind: 'send', as: step.kind === 'updated' && !told ? 'opened' : step.kind };
}
