import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Inject, Injectable } from '@nestjs/common';
import { INSTANCE, projectBodySchema } from '#libs/contracts';
import { newApiKey, type Config } from '#libs/platform';

import { RegistryService } from '../registry/registry.service.js';
import { CLOCK, CONFIG, LOCKS, type Clock, type Locks } from '../tokens.js';
import { isAlive } from './key-ring.js';

const INTENT = { expected: undefined, author: 'plumbline', reason: 'first start' };
const FIRST_KEY_ID = 'first-admin';

/** adminKeyFile: where the first key lies, for the one who installs; to be removed once it is kept elsewhere. */
const adminKeyFile = (home: string): string => join(home, 'admin.key');

const save = async (file: string, key: string): Promise<void> => {
  const draft = `${file}.new`;
  await writeFile(draft, `${key}\n`, { mode: 0o600 });
  await rename(draft, file);
};

/** FirstStart: what an empty installation gets: a project for each pair of topics, and one admin key. */
@Injectable()
export class FirstStart {
  constructor(
    private readonly registry: RegistryService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'home' | 'topics'>,
    @Inject(LOCKS) private readonly locks: Locks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** prepare: safe to repeat and to run in several processes; `announce` gets the key when one was made. */
  async prepare(announce: (key: string, file: string) => void): Promise<void> {
    await this.locks('first-start', async () => {
      for (const project of Object.keys(this.config.topics.projects)) await this.ensureProject(project);
      const keys = await this.registry.list(INSTANCE, 'key');
      if (keys.some((key) => key.body.role === 'admin' && isAlive(key, this.clock()))) return;
      await this.makeKey(announce);
    });
  }

  private async ensureProject(id: string): Promise<void> {
    await this.registry.put({
      project: id,
      kind: 'project',
      id,
      intent: INTENT,
      body: (current) => current?.body ?? projectBodySchema.parse({}),
    });
  }

  /** The file comes first: a key that is stored and that nobody has read would lock everyone out. */
  private async makeKey(announce: (key: string, file: string) => void): Promise<void> {
    const { key, hash, prefix } = newApiKey();
    const file = adminKeyFile(this.config.home);
    await mkdir(this.config.home, { recursive: true });
    await save(file, key);
    await this.registry.put({
      project: INSTANCE,
      kind: 'key',
      id: FIRST_KEY_ID,
      intent: { ...INTENT, expected: 'any' },
      body: () => ({ name: 'first admin', role: 'admin', prefix, hash, expiresAt: null }),
    });
    announce(key, file);
  }
}
