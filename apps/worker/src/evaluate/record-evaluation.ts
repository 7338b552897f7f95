import { createHash } from 'node:crypto';
import type { AlertTransition, Evaluation, Severity } from '#libs/contracts';
import { advanceAll, withFormerVerdicts } from '#libs/monitoring';
import type { Store } from '#libs/store';

type Recording = {
  evaluation: Evaluation;
  meta: { revision: number; durationMs: number };
  severity: Severity;
  /** End of the newest window of this monitor in the ledger; null when it is empty. */
  newestWindowEndMs: number | null;
  /** Inputs of the evaluation of this window by a former method, whose verdicts stand for its alerts; null where none do. */
  former: string | null;
};

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/**
 * recordEvaluation: findings, then alert transitions, then the ledger row, all under keys that the same inputs give again: whatever a crash
 * left undone is done by repeating all of it, and repeating a finished one changes nothing. Gives the transitions.
 */
export async function recordEvaluation(
  { evaluations, alerts }: Pick<Store, 'evaluations' | 'alerts'>,
  { evaluation, meta, severity, newestWindowEndMs, former }: Recording,
): Promise<AlertTransition[]> {
  const { project, model, version, monitor, window, inputs, findings } = evaluation;
  await evaluations.recordFindings(evaluation);
  const standing = former === null ? [] : await evaluations.findingsOf({ ...evaluation, inputs: former });
  const transitions = advanceAll({
    previous: await alerts.states(project, monitor, version),
    evaluation: { project, model, version, monitor },
    window,
    inputs,
    findings: withFormerVerdicts(standing, findings),
    severity,
    newestWindowEndMs,
    hash,
  });
  if (transitions.length > 0) await alerts.append(transitions, project);
  await evaluations.recordLedger(evaluation, meta);
  return transitions;
}
