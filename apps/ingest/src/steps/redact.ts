import type { KeyObject } from 'node:crypto';

import type { PrivacyRules } from '#libs/contracts';
import { privacyKeys } from '#libs/platform';
import { createRedactor, type Redactor } from '#libs/store';

import { UnavailableError } from '../flow/persist.js';

/** Redaction: the redactor of a model, or undefined where nothing is to be kept back. */
export type Redaction = (
  project: string,
  model: string,
  rules: PrivacyRules | undefined,
) => Redactor | undefined;

/** redactionWith: one redactor per revision of a model's rules. Without a secret key events of such a model wait: they can be stored neither as they are nor hashed. */
export const redactionWith = (secretKey: KeyObject | undefined): Redaction => {
  const made = new WeakMap<PrivacyRules, Redactor>();
  return (project, model, rules) => {
    if (rules === undefined) return undefined;
    const known = made.get(rules);
    if (known !== undefined) return known;
    if (secretKey === undefined)
      throw new UnavailableError(
        `model '${model}' has privacy rules, which need PLUMBLINE_SECRET_KEY: give ingest the key that the API has`,
      );
    const redactor = createRedactor(rules, privacyKeys(secretKey, project, model));
    made.set(rules, redactor);
    return redactor;
  };
};
