import { randomBytes } from 'node:crypto';
import { INSTANCE } from '#libs/contracts';
import { newApiKey, type Config } from '#libs/platform';
import { createStore } from '#libs/store';
import type { StackAddresses } from '../../../deploy/local/index.js';
import { say } from './settings.js';

/**
 * makeAdminKey: one more admin key, for whoever may write to the database anyway: the way back in when the first one is lost. It is shown
 * this once; the others go on working until they are revoked.
 */
export async function makeAdminKey(
  config: Pick<Config, 'clickhouse'>,
  { clickhouseUrl: url, clickhouseUser: user, clickhousePassword: password }: StackAddresses,
  name: string,
): Promise<void> {
  const store = createStore({ ...config.clickhouse, url, user, password });
  try {
    const { key, hash, prefix } = newApiKey();
    await store.documents.append({
      project: INSTANCE,
      kind: 'key',
      id: `admin-${randomBytes(6).toString('hex')}`,
      revision: 1,
      body: { name, role: 'admin', prefix, hash, expiresAt: null },
      deleted: false,
      author: 'plumbline',
      reason: 'made at the command line',
      at: new Date().toISOString(),
    });
    say(`Admin key "${name}", shown only this once:\n  ${key}`);
    say('It works within five seconds. Revoke those that are lost: GET and DELETE /v1/keys.');
  } finally {
    await store.close();
  }
}
