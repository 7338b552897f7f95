import {
  isDecided,
  type AlertIdentity,
  type AlertState,
  type AlertTransition,
  type Finding,
  type Severity,
  type TransitionKind,
  type Window,
} from '#libs/contracts';
import { severityOf, worstFirst } from './excess.js';
import { describeSubject as nameOf, subjectOf } from './subject.js';

/** AdvanceInput: what one evaluation says about one segment value, and what was known before. */
export type AdvanceInput = {
  readonly previous: AlertState | null;
  readonly identity: AlertIdentity;
  readonly window: Window;
  /** Identifies the revision of the evaluation. */
  readonly inputs: string;
  /** Findings of this segment value (and facet value) only. */
  readonly findings: readonly Finding[];
  readonly severity: Severity;
  /** End of the newest window that this monitor has recorded; a revision of an older one is history, not news. */
  readonly newestWindowEndMs?: number | null;
  /** Collision-resistant text hash; the same text must give the same id in every process. */
  readonly hash: (text: string) => string;
};

/** Advance: the state to keep, and what to tell; both null while there has never been an alert. */
export type Advance = { next: AlertState | null; transition: AlertTransition | null };

const identityKey = (id: AlertIdentity): string =>
  JSON.stringify([
    id.project,
    id.model,
    id.version,
    id.monitor,
    id.segment,
    id.segmentValue,
    id.facet,
    id.facetValue,
  ]);

/** recovered: nothing is breached, something is decided, and each feature that was breached is decided again (or no longer watched). */
function recovered(features: readonly string[], findings: readonly Finding[]): boolean {
  const decided = findings.filter(isDecided);
  const [known, watched] = [decided, findings].map((list) => new Set(list.map(subjectOf)));
  return (
    decided.length > 0 &&
    decided.every((finding) => finding.status === 'ok') &&
    features.every((feature) => known?.has(feature) === true || watched?.has(feature) !== true)
  );
}

const NAMED_FEATURES = 5;

/** list: the first few names; an alert can hold thousands. */
function list(features: readonly string[]): string {
  const named = features.slice(0, NAMED_FEATURES).map(nameOf).join(', ');
  return features.length > NAMED_FEATURES ? `${named} and ${features.length - NAMED_FEATURES} more` : named;
}

/** changes: what is worth telling about an alert that is open already, in plain words; empty when nothing is. */
function changes(previous: AlertState, features: readonly string[], severity: Severity): string[] {
  const [before, now] = [new Set(previous.features), new Set(features)];
  const joined = features.filter((feature) => !before.has(feature));
  const left = previous.features.filter((feature) => !now.has(feature));
  const worst = features[0];
  return [
    joined.length > 0 ? `now also ${list(joined)}` : '',
    left.length > 0 ? `no longer ${list(left)}` : '',
    worst !== undefined && worst !== previous.features[0] ? `the worst is now ${nameOf(worst)}` : '',
    severity === previous.severity ? '' : `severity is now ${severity}`,
  ].filter((part) => part !== '');
}

function transitionOf(
  input: AdvanceInput,
  kind: TransitionKind,
  why: string,
  state: AlertState,
  findings: Finding[],
): AlertTransition {
  const { window, inputs, hash } = input;
  const transitionId = hash(JSON.stringify([state.alertId, kind, window.startMs, window.endMs, inputs]));
  return { transitionId, kind, why, state, window, inputs, findings };
}

function onBreach(input: AdvanceInput, breached: Finding[]): Advance {
  const { previous, identity, window, hash } = input;
  const features = [...new Set(breached.map(subjectOf))];
  const severity = severityOf(breached, input.severity);
  const common = { ...identity, status: 'open', severity, windowEndMs: window.endMs, features } as const;
  if (previous?.status !== 'open') {
    const alertId = hash(JSON.stringify([identityKey(identity), window.startMs]));
    const next: AlertState = { ...common, alertId, openedAtMs: window.startMs };
    const why = `${list(features)} passed ${features.length === 1 ? 'its limit' : 'their limits'}`;
    return { next, transition: transitionOf(input, 'opened', why, next, breached) };
  }
  const next: AlertState = { ...common, alertId: previous.alertId, openedAtMs: previous.openedAtMs };
  const news = changes(previous, features, severity);
  if (news.length === 0) return { next, transition: null };
  return { next, transition: transitionOf(input, 'updated', news.join('; '), next, breached) };
}

function onQuiet(input: AdvanceInput, previous: AlertState): Advance {
  if (previous.status !== 'open' || !recovered(previous.features, input.findings)) {
    return { next: previous, transition: null };
  }
  const next: AlertState = { ...previous, status: 'resolved', windowEndMs: input.window.endMs, features: [] };
  const why = `${list(previous.features)} ${previous.features.length === 1 ? 'is back within its limit' : 'are back within their limits'}`;
  return { next, transition: transitionOf(input, 'resolved', why, next, []) };
}

/**
 * advance: the state machine of one alert. It opens when any finding is breached; it is updated when the worst feature, the set
 * of features or the severity changes; it resolves when every decided finding is ok, at least one is decided, and no feature
 * that was breached is left undecided. What is inconclusive, has no limit or too few rows, waits or failed therefore
 * neither opens nor resolves one. A window older than what was folded in, or the same evaluation again, changes
 * nothing. `openedAtMs` is the start of the window that opened it: since when the data are known to be off.
 */
export function advance(input: AdvanceInput): Advance {
  const { previous, window, findings, newestWindowEndMs } = input;
  const newestMs = Math.max(previous?.windowEndMs ?? -Infinity, newestWindowEndMs ?? -Infinity);
  if (window.endMs < newestMs) return { next: previous, transition: null };
  const breached = findings.filter((finding) => finding.status === 'breached').sort(worstFirst);
  if (breached.length > 0) return onBreach(input, breached);
  return previous === null ? { next: null, transition: null } : onQuiet(input, previous);
}

/** AdvanceAllInput: one whole evaluation, with the states of the monitor's alerts before it. */
export type AdvanceAllInput = Omit<AdvanceInput, 'previous' | 'identity'> & {
  readonly previous: readonly AlertState[];
  readonly evaluation: Pick<AlertIdentity, 'project' | 'model' | 'version' | 'monitor'>;
};

/**
 * advanceAll: {@link advance} for every segment value (and facet value) that the findings speak of; alerts they do not speak of stay as they are.
 * Gives the transitions in the order of the findings.
 */
export function advanceAll({ previous, evaluation, findings, ...rest }: AdvanceAllInput): AlertTransition[] {
  const { project, model, version, monitor } = evaluation;
  const known = new Map(previous.map((state) => [identityKey(state), state]));
  const groups = new Map<string, { identity: AlertIdentity; findings: Finding[] }>();
  for (const finding of findings) {
    const { segment, segmentValue, facet, facetValue } = finding;
    const identity = { project, model, version, monitor, segment, segmentValue, facet, facetValue };
    const key = identityKey(identity);
    const group = groups.get(key) ?? { identity, findings: [] };
    group.findings.push(finding);
    groups.set(key, group);
  }
  return [...groups]
    .map(([key, group]) => advance({ ...rest, ...group, previous: known.get(key) ?? null }).transition)
    .filter((transition) => transition !== null);
}
