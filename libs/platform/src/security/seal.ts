import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.js';

const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 6;

/** What the value is for and where it belongs, e.g. `channel-secret` at `default/channel/7`; it opens nowhere else. */
type SealPlace = { purpose: string; context: string };

/** `other_key` means that the secret key was changed since; `not_authentic` that the text or its place was. */
type OpenResult =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown_version' | 'other_key' | 'not_authentic' };

const keyId = (secretKey: KeyObject): string =>
  deriveKey(secretKey, 'key-id').subarray(0, KEY_ID_BYTES).toString('base64url');

const associated = ({ purpose, context }: SealPlace): Buffer =>
  Buffer.from(JSON.stringify([VERSION, purpose, context]));

/** seal: encrypts a text (AES-256-GCM, random nonce) as `v1.<key id>.<nonce, tag and ciphertext>`, bound to its place. */
export const seal = (secretKey: KeyObject, place: SealPlace, value: string): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, deriveKey(secretKey, `seal/${place.purpose}`), nonce).setAAD(
    associated(place),
  );
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return [
    VERSION,
    keyId(secretKey),
    Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url'),
  ].join('.');
};

const decrypt = (key: Buffer, payload: Buffer, place: SealPlace): OpenResult => {
  const tagEnd = NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, payload.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(associated(place))
    .setAuthTag(payload.subarray(NONCE_BYTES, tagEnd));
  try {
    return {
      ok: true,
      value: Buffer.concat([decipher.update(payload.subarray(tagEnd)), decipher.final()]).toString('utf8'),
    };
  } catch {
    return { ok: false, reason: 'not_authentic' };
  }
};

/** open: the text that `seal` got, if the key and the place are the same; bad input is a value, never a throw. */
export const open = (secretKey: KeyObject, place: SealPlace, sealed: string): OpenResult => {
  const [version, id, text, ...rest] = sealed.split('.');
  if (id === undefined || text === undefined || rest.length > 0) return { ok: false, reason: 'malformed' };
  if (version !== VERSION) return { ok: false, reason: 'unknown_version' };
  if (id !== keyId(secretKey)) return { ok: false, reason: 'other_key' };
  const payload = Buffer.from(text, 'base64url');
  if (payload.length < NONCE_BYTES + TAG_BYTES) return { ok: false, reason: 'malformed' };
  return decrypt(deriveKey(secretKey, `seal/${place.purpose}`), payload, place);
};
