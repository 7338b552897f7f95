import { hkdfSync, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;

/** deriveKey: a 256-bit key for one purpose (HKDF-SHA-256), so that a sealed value can never pass as a signature or the other way round. */
export const deriveKey = (secretKey: KeyObject, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secretKey, Buffer.alloc(0), `plumbline/${purpose}`, KEY_BYTES));
