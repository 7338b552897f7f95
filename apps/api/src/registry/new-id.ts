import { randomBytes } from 'node:crypto';

import type { RegistryDocument } from '#libs/contracts';

import { Problem } from '../http/problem.js';

const SLUG_CHARS_MAX = 60;

/** slug: a name that people chose, as an identifier; empty when nothing of it fits. */
export const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, SLUG_CHARS_MAX)
    .replace(/-+$/, '');

/** randomId: short, for documents that nobody names. */
export const randomId = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;

/** assertNew: a POST creates; what exists is changed with PUT. */
export const assertNew = (current: RegistryDocument | null, id: string): void => {
  if (current === null) return;
  throw new Problem(
    409,
    `'${id}' exists already (revision ${current.revision}); change it with PUT or choose another id.`,
    {
      extra: { currentRevision: current.revision },
    },
  );
};
