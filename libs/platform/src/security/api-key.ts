import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'pl_';
const RANDOM_BYTES = 24;
const SECRET_CHARS = 32;
const CHECKSUM_CHARS = 6;
const LOOKUP_CHARS = 8;
const SHAPE = new RegExp(`^${PREFIX}[\\w-]{${SECRET_CHARS + CHECKSUM_CHARS}}$`);

/** `key` is shown once and never stored; `hash` (SHA-256, hex) is stored; `prefix` (first 11 characters) names the key on screens. */
type ApiKey = { readonly key: string; readonly hash: string; readonly prefix: string };

const checksum = (body: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64url');
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** hashApiKey: SHA-256 in hex. A plain hash is enough for 192 random bits, and cheap enough for every request. */
export const hashApiKey = (key: string): string => digest(key).toString('hex');

/** apiKeyPrefix: the part of a key that may be stored and shown; 144 secret bits remain. */
export const apiKeyPrefix = (key: string): string => key.slice(0, PREFIX.length + LOOKUP_CHARS);

/** newApiKey: `pl_`, 192 random bits and a checksum, which lets a typing error or a scanner's find be told from a key without a look-up. */
export const newApiKey = (): ApiKey => {
  const body = `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  const key = `${body}${checksum(body)}`;
  return { key, hash: hashApiKey(key), prefix: apiKeyPrefix(key) };
};

/** isApiKey: whether a text has the form and the checksum of a key; says nothing about its validity. */
export const isApiKey = (text: string): boolean =>
  SHAPE.test(text) && checksum(text.slice(0, PREFIX.length + SECRET_CHARS)) === text.slice(-CHECKSUM_CHARS);

/** equalInConstantTime: compares two texts of any length without telling by time how much of them agrees. */
export const equalInConstantTime = (left: string, right: string): boolean =>
  timingSafeEqual(digest(left), digest(right));
