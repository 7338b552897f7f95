import { Inject, Injectable } from '@nestjs/common';
import type { RegistryDocument } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

/** ProjectDirectory: all projects of the installation. */
@Injectable()
export class ProjectDirectory {
  constructor(@Inject(STORE) private readonly store: Store) {}

  async all(): Promise<RegistryDocument<'project'>[]> {
    const names = await this.store.documents.projects();
    const documents = await Promise.all(names.map((name) => this.store.documents.get(name, 'project', name)));
    return documents.filter((document) => document !== null);
  }
}
