import { documentId, type RegistryDocument } from '#libs/contracts';
import type { Store } from '#libs/store';

import type { Vocabularies } from './layout.js';

/** VocabularyShelf: the vocabularies that the versions of projects name. They never change, so each is read once and kept while it is named. */
export class VocabularyShelf {
  private readonly shelves = new Map<string, Vocabularies>();

  constructor(private readonly documents: Pick<Store['documents'], 'get'>) {}

  /** of: throws on outages. One that is not there is left out: its features stay without a value. */
  async of(project: string, versions: readonly RegistryDocument<'version'>[]): Promise<Vocabularies> {
    const kept = this.shelves.get(project);
    const shelf = new Map<string, ReadonlySet<number>>();
    for (const { id, body } of versions)
      for (const { madeOf } of body.features) {
        if (madeOf === undefined) continue;
        const words = kept?.get(madeOf.vocabulary) ?? (await this.read(project, id, madeOf.vocabulary));
        if (words !== undefined) shelf.set(madeOf.vocabulary, words);
      }
    this.shelves.set(project, shelf);
    return shelf;
  }

  private async read(project: string, version: string, hash: string): Promise<Set<number> | undefined> {
    const found = await this.documents.get(project, 'vocabulary', documentId(version, hash));
    return found === null ? undefined : new Set(found.body.words);
  }
}
