import { createHmac, type KeyObject } from 'node:crypto';

import { equalInConstantTime } from './api-key.js';
import { deriveKey } from './derive-key.js';

const EXPIRY = 'exp';
const SIGNATURE = 'sig';
const TEXT_MAX_CHARS = 4_096;

/** What a signature is worth now; `subject` is what was signed. */
type Verdict =
  | { readonly ok: true; readonly subject: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly reason: 'malformed' | 'not_authentic' | 'expired' };

type Signing = { purpose: string; subject: string; expiresAtMs: number };
type Check = { purpose: string; nowMs: number };

const mac = (secretKey: KeyObject, { purpose, subject, expiresAtMs }: Signing): string =>
  createHmac('sha256', deriveKey(secretKey, `sign/${purpose}`))
    .update(JSON.stringify([subject, expiresAtMs]))
    .digest('base64url');

const judge = (secretKey: KeyObject, signing: Signing, signature: string, nowMs: number): Verdict => {
  if (!Number.isSafeInteger(signing.expiresAtMs)) return { ok: false, reason: 'malformed' };
  if (!equalInConstantTime(mac(secretKey, signing), signature)) return { ok: false, reason: 'not_authentic' };
  if (signing.expiresAtMs <= nowMs) return { ok: false, reason: 'expired' };
  return { ok: true, subject: signing.subject, expiresAtMs: signing.expiresAtMs };
};

/** signToken: a compact signed text (for a cookie) that carries a subject until `expiresAtMs` (epoch ms); readable by all, forgeable by none. */
export const signToken = (secretKey: KeyObject, signing: Signing): string =>
  [Buffer.from(signing.subject).toString('base64url'), signing.expiresAtMs, mac(secretKey, signing)].join(
    '.',
  );

/** verifyToken: the subject of a token signed for the same purpose and not yet expired. */
export const verifyToken = (secretKey: KeyObject, { purpose, nowMs }: Check, token: string): Verdict => {
  const [subject, expiry, signature, ...rest] = token.split('.');
  if (subject === undefined || expiry === undefined || signature === undefined)
    return { ok: false, reason: 'malformed' };
  if (rest.length > 0 || token.length > TEXT_MAX_CHARS || !/^\d{1,15}$/.test(expiry))
    return { ok: false, reason: 'malformed' };
  const signing = {
    purpose,
    subject: Buffer.from(subject, 'base64url').toString('utf8'),
    expiresAtMs: Number(expiry),
  };
  return judge(secretKey, signing, signature, nowMs);
};

const splitPath = (pathAndQuery: string): { path: string; query: URLSearchParams } => {
  const mark = pathAndQuery.indexOf('?');
  if (mark === -1) return { path: pathAndQuery, query: new URLSearchParams() };
  return { path: pathAndQuery.slice(0, mark), query: new URLSearchParams(pathAndQuery.slice(mark + 1)) };
};

const joinPath = (path: string, query: URLSearchParams): string =>
  query.size === 0 ? path : `${path}?${query.toString()}`;

/** signLink: a path with its query, followed by expiry and signature over all of it: valid for exactly this page until `expiresAtMs`. */
export const signLink = (
  secretKey: KeyObject,
  { purpose, path: pathAndQuery, expiresAtMs }: { purpose: string; path: string; expiresAtMs: number },
): string => {
  const { path, query } = splitPath(pathAndQuery);
  const signature = mac(secretKey, { purpose, subject: joinPath(path, query), expiresAtMs });
  query.append(EXPIRY, String(expiresAtMs));
  query.append(SIGNATURE, signature);
  return joinPath(path, query);
};

/** verifyLink: checks a requested path with query (`request.url`); the verdict's subject is the path without expiry and signature. */
export const verifyLink = (
  secretKey: KeyObject,
  { purpose, nowMs }: Check,
  pathAndQuery: string,
): Verdict => {
  if (pathAndQuery.length > TEXT_MAX_CHARS) return { ok: false, reason: 'malformed' };
  const { path, query } = splitPath(pathAndQuery);
  const [expiry, signature] = [query.getAll(EXPIRY), query.getAll(SIGNATURE)];
  if (expiry.length !== 1 || signature.length !== 1) return { ok: false, reason: 'malformed' };
  if (!/^\d{1,15}$/.test(expiry[0] ?? '')) return { ok: false, reason: 'malformed' };
  query.delete(EXPIRY);
  query.delete(SIGNATURE);
  return judge(
    secretKey,
    { purpose, subject: joinPath(path, query), expiresAtMs: Number(expiry[0]) },
    signature[0] ?? '',
    nowMs,
  );
};
