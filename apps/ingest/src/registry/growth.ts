import { MAX_FEATURES, type Feature, type RegistryDocument } from '#libs/contracts';

import type { InferredTypes } from './infer.js';

/** AUTHOR: who a change is by that no person made. */
export const AUTHOR = 'ingest';
const GROWTH_REASON = 'features seen in events';

const DAY_MS = 86_400_000;
/** New names that trickle in are collected for this long into one revision. */
const GAP_MS = 5_000;
const CAPPED_RECHECK_MS = 60_000;

/** Growth: the longer feature list with its reason, or until when to keep new names in `extra`. */
export type Growth =
  | { kind: 'none' }
  | { kind: 'grow'; features: Feature[]; reason: string }
  | { kind: 'later'; untilMs: number; why: 'debounced' | 'capped' | 'full' };

const isGrowth = ({ author, reason }: RegistryDocument<'version'>): boolean =>
  author === AUTHOR && reason.startsWith(GROWTH_REASON);

/** featuresOf: inferred names as features that are compared with the baseline. */
const featuresOf = (types: InferredTypes): Feature[] =>
  Array.from(types, ([name, type]) => ({ name, type, role: 'input' as const }));

/** draftFeatures: what a new version begins with: as many names as a schema holds; the values of the others are kept in `extra`. */
export const draftFeatures = (types: InferredTypes): Feature[] => featuresOf(types).slice(0, MAX_FEATURES);

const describe = (added: readonly Feature[]): string =>
  `${GROWTH_REASON}: ${added.map(({ name }) => name).join(', ')}`.slice(0, 500);

/**
 * grow: whether a version's schema takes up names it does not have yet. `history` is newest first. A producer that invents
 * names without end gets at most `perDay` revisions in 24 hours, at least five seconds apart; the values are kept in `extra`.
 */
export const grow = (
  history: readonly RegistryDocument<'version'>[],
  types: InferredTypes,
  { nowMs, perDay }: { nowMs: number; perDay: number },
): Growth => {
  const known = new Set(history[0]?.body.features.map(({ name }) => name));
  const unseen = featuresOf(types).filter(({ name }) => !known.has(name));
  if (unseen.length === 0) return { kind: 'none' };
  const room = MAX_FEATURES - known.size;
  if (room <= 0) return { kind: 'later', untilMs: nowMs + CAPPED_RECHECK_MS, why: 'full' };
  const grownMs = history.filter(isGrowth).map(({ at }) => Date.parse(at));
  if (grownMs.filter((atMs) => nowMs - atMs < DAY_MS).length >= perDay)
    return { kind: 'later', untilMs: nowMs + CAPPED_RECHECK_MS, why: 'capped' };
  const lastMs = Math.max(-Infinity, ...grownMs);
  if (nowMs - lastMs < GAP_MS) return { kind: 'later', untilMs: lastMs + GAP_MS, why: 'debounced' };
  const added = unseen.slice(0, room);
  return {
    kind: 'grow',
    features: [...(history[0]?.body.features ?? []), ...added],
    reason: describe(added),
  };
};
