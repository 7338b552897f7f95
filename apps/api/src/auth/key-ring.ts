import { Inject, Injectable } from '@nestjs/common';
import { INSTANCE, type RegistryDocument } from '#libs/contracts';
import { apiKeyPrefix, equalInConstantTime, hashApiKey, isApiKey } from '#libs/platform';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import type { Principal } from '../http/endpoint.js';
import { CLOCK, type Clock } from '../tokens.js';

type KeyDocument = RegistryDocument<'key'>;
type Loaded = { atMs: number; byPrefix: Promise<Map<string, KeyDocument[]>> };

/** How long a revoked key may still work in a process that did not revoke it itself. */
const CACHE_MS = 5_000;

/** isAlive: neither revoked nor past its end. */
export const isAlive = ({ body, deleted }: Pick<KeyDocument, 'body' | 'deleted'>, nowMs: number): boolean =>
  !deleted && (body.expiresAt === null || Date.parse(body.expiresAt) > nowMs);

/** KeyRing: all keys of the installation, read at most every five seconds and only when somebody calls. */
@Injectable()
export class KeyRing {
  private loaded: Loaded | undefined;

  constructor(
    @Inject(STORE) private readonly store: Store,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** find: who the key belongs to, or undefined for one that is unknown, revoked or expired. Throws only when the store cannot be read. */
  async find(key: string): Promise<Principal | undefined> {
    if (!isApiKey(key)) return undefined;
    const hash = hashApiKey(key);
    const candidates = (await this.keys()).get(apiKeyPrefix(key)) ?? [];
    return this.principalOf(candidates.find(({ body }) => equalInConstantTime(body.hash, hash)));
  }

  /** alive: the owner of the key with this id, for a session that began with it; undefined once it is revoked or expired. */
  async alive(project: string, id: string): Promise<Principal | undefined> {
    const all = [...(await this.keys()).values()].flat();
    return this.principalOf(all.find((key) => key.project === project && key.id === id));
  }

  /** forget: the next call reads the keys anew, after this process changed one. */
  forget(): void {
    this.loaded = undefined;
  }

  private principalOf(key: KeyDocument | undefined): Principal | undefined {
    if (key === undefined || !isAlive(key, this.clock())) return undefined;
    return { id: key.id, project: key.project, name: key.body.name, role: key.body.role };
  }

  private keys(): Promise<Map<string, KeyDocument[]>> {
    const nowMs = this.clock();
    if (this.loaded === undefined || nowMs - this.loaded.atMs >= CACHE_MS) {
      const loaded = { atMs: nowMs, byPrefix: this.load() };
      this.loaded = loaded;
      loaded.byPrefix.catch(() => {
        if (this.loaded === loaded) this.loaded = undefined;
      });
    }
    return this.loaded.byPrefix;
  }

  private async load(): Promise<Map<string, KeyDocument[]>> {
    const projects = new Set([INSTANCE, ...(await this.store.documents.projects())]);
    const lists = await Promise.all(
      Array.from(projects, (project) => this.store.documents.list(project, 'key')),
    );
    return Map.groupBy(lists.flat(), ({ body }) => body.prefix);
  }
}
