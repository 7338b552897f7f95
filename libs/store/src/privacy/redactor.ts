import { createHmac } from 'node:crypto';
import type { PredictionEvent, PrivacyRule, PrivacyRules } from '#libs/contracts';
import type { PrivacyKeys } from '#libs/platform';
import { redactValue } from './redact-value.js';

/** Redactor: the privacy rules of one model, ready for use event by event. */
export type Redactor = {
  /** The event as it may be stored. */
  event: (event: PredictionEvent) => PredictionEvent;
  /** Tells a repeated event from a changed one, and gives nothing away of either. */
  contentHash: (bytes: Buffer) => bigint;
};

type Rules = ReadonlyMap<string, PrivacyRule>;

/** createRedactor: keyed for one model of one project. */
export function createRedactor(rules: PrivacyRules, keys: Pick<PrivacyKeys, 'values' | 'content'>): Redactor {
  const features: Rules = new Map(Object.entries(rules.features));
  const tags: Rules = new Map(Object.entries(rules.tags));
  const dropped = new Map([...features].filter(([, { action }]) => action === 'drop'));
  return {
    event: (event) => ({
      ...event,
      ...(event.features && { features: redacted(event.features, features, keys.values) }),
      // How much a feature mattered says little about its value, unless the feature is not to be known at all.
      ...(event.attributions && { attributions: redacted(event.attributions, dropped, keys.values) }),
      ...(event.tags && { tags: textsOnly(redacted(event.tags, tags, keys.values)) }),
    }),
    contentHash: (bytes) => createHmac('sha256', keys.content).update(bytes).digest().readBigUInt64LE(0),
  };
}

/** A copy in which every value with a rule is replaced. Names come from events: they must not reach a prototype. */
function redacted<T>(values: Record<string, T>, rules: Rules, key: Buffer): Record<string, T> {
  const kept = Object.assign(Object.create(null) as Record<string, T>, values);
  for (const [name, rule] of rules) {
    if (!Object.hasOwn(values, name)) continue;
    const value = redactValue(values[name], rule, key);
    if (value === undefined) Reflect.deleteProperty(kept, name);
    else kept[name] = value as T;
  }
  return kept;
}

/** A tag is text or nothing. */
const textsOnly = (tags: Record<string, string | null>): Record<string, string | null> => {
  for (const [name, value] of Object.entries(tags)) if (typeof value === 'object') tags[name] = null;
  return tags;
};
