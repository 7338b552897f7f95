import type { KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.js';

/** Keys of one model, so that equal values of two models, or of two installations, do not look equal. */
export type PrivacyKeys = {
  /** Of hashed values. */
  readonly values: Buffer;
  /** Of the hash that tells a repeated event from an amended one: without a key it would give away what was dropped. */
  readonly content: Buffer;
  /** Of the name under which an erased id or tag value is remembered. */
  readonly selectors: Buffer;
};

/** privacyKeys: the same for as long as the secret key is; a new secret key makes all hashed values look new. */
export const privacyKeys = (secretKey: KeyObject, project: string, model: string): PrivacyKeys => ({
  values: deriveKey(secretKey, `privacy-values/${project}/${model}`),
  content: deriveKey(secretKey, `privacy-content/${project}/${model}`),
  selectors: deriveKey(secretKey, `privacy-selectors/${project}/${model}`),
});
