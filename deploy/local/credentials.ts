import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, writeWhole } from './state.js';

/** Passwords of the two ClickHouse users of the local stack: one with all rights, one that only reads Plumbline's database. */
export type Credentials = {
  readonly clickhouseUser: string;
  readonly clickhousePassword: string;
  readonly readonlyUser: string;
  readonly readonlyPassword: string;
};

export const credentialsFile = (home: string): string => join(home, 'credentials.json');
export const secretKeyFile = (home: string): string => join(home, 'secret.key');

const ownerOnly = 0o600;

function parseCredentials(text: string): Credentials | undefined {
  try {
    const raw = JSON.parse(text) as Partial<Record<keyof Credentials, unknown>>;
    const { clickhouseUser, clickhousePassword, readonlyUser, readonlyPassword } = raw;
    const all = [clickhouseUser, clickhousePassword, readonlyUser, readonlyPassword];
    return all.every((value) => typeof value === 'string' && value !== '') ? (raw as Credentials) : undefined;
  } catch {
    return undefined;
  }
}

/** The stack's passwords, made on first use; the file is readable by its owner only. */
export async function loadCredentials(home: string): Promise<Credentials> {
  const path = credentialsFile(home);
  const text = await readIfThere(path);
  const known = text === undefined ? undefined : parseCredentials(text);
  if (known) return known;
  const made: Credentials = {
    clickhouseUser: 'plumbline',
    clickhousePassword: randomBytes(24).toString('base64url'),
    readonlyUser: 'plumbline_readonly',
    readonlyPassword: randomBytes(24).toString('base64url'),
  };
  await writeWhole(path, `${JSON.stringify(made, null, 2)}\n`, ownerOnly);
  return made;
}

/** The key that seals channel secrets (32 bytes, base64), made once. Losing it makes stored secrets unreadable. */
export async function loadSecretKey(home: string): Promise<string> {
  const path = secretKeyFile(home);
  const known = (await readIfThere(path))?.trim();
  if (known !== undefined && known !== '') {
    await chmod(path, ownerOnly);
    return known;
  }
  const made = randomBytes(32).toString('base64');
  await writeWhole(path, `${made}\n`, ownerOnly);
  return made;
}
