import type {
  AlertIdentity,
  AlertMatch,
  AlertTransition,
  RouteBody,
  Severity,
  SilenceBody,
} from '#libs/contracts';
import { isoToMs } from '../civil-time.js';

/** Matchable: what routes and silences look at. */
export type Matchable = AlertIdentity & { readonly severity: Severity };

/** matches: whether all fields that the match names are equal to the alert's; an empty match takes every alert. */
export function matches(match: AlertMatch, alert: Matchable): boolean {
  const fields = ['model', 'version', 'monitor', 'segment', 'segmentValue', 'severity'] as const;
  return fields.every((field) => match[field] === undefined || match[field] === alert[field]);
}

/** channelsFor: ids of the channels that get a transition, each once, by name. A route may leave out resolutions. */
export function channelsFor(
  { kind, state }: Pick<AlertTransition, 'kind' | 'state'>,
  routes: readonly RouteBody[],
): string[] {
  const wanted = routes.filter(
    (route) => matches(route.match, state) && (kind !== 'resolved' || route.sendResolved),
  );
  return [...new Set(wanted.flatMap((route) => route.channels))].sort();
}

/** silencedBy: the first silence in force at an instant [startsAt, endsAt) for the alert, or null. */
export function silencedBy<S extends Pick<SilenceBody, 'match' | 'startsAt' | 'endsAt'>>(
  alert: Matchable,
  silences: readonly S[],
  atMs: number,
): S | null {
  const inForce = (silence: S) => isoToMs(silence.startsAt) <= atMs && atMs < isoToMs(silence.endsAt);
  return silences.find((silence) => inForce(silence) && matches(silence.match, alert)) ?? null;
}
