import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import {
  documentId,
  MAX_FEATURES,
  unseenWordsName,
  type Feature,
  type RegistryDocument,
  type VocabularyBody,
} from '#libs/contracts';
import { type BaselineInsert, type CountedWords, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { invalid } from '../http/problem.js';
import { RegistryService } from '../registry/registry.service.js';
import type { BaselineOrder } from './baseline-order.js';
import { BinningMaker } from './binning-maker.js';
import { fileRows } from './upload-desk.js';

type Version = RegistryDocument<'version'>;
type Privacy = Pick<BaselineInsert, 'privacy'>;

/** Prepared: the version's schema, and what the texts of the file are held against. */
export type Prepared = { schema: Version; knownWords: Map<string, readonly number[]> };

const hashOf = (feature: string, words: readonly number[]): string =>
  createHash('sha256')
    .update(JSON.stringify([feature, words]))
    .digest('hex')
    .slice(0, 16);

/** withUnseenWords: the features of a version, with one of unseen words for each vocabulary; what has its place keeps it. */
const withUnseenWords = (features: readonly Feature[], made: readonly VocabularyBody[]): Feature[] => {
  const next = [...features];
  for (const { feature, hash } of made) {
    const name = unseenWordsName(feature);
    const at = next.findIndex((one) => one.name === name);
    const isTaken = at !== -1 && next[at]?.type !== 'unseen_words';
    if (name === null || isTaken || (at === -1 && next.length >= MAX_FEATURES)) continue;
    const madeOf = { feature, vocabulary: hash };
    next.splice(at === -1 ? next.length : at, 1, { name, type: 'unseen_words', role: 'input', madeOf });
  }
  return next;
};

const isCompared = ({ type, role }: Feature): boolean => type === 'text' && role === 'input';

/**
 * VocabularyMaker: the first baseline that counts a text decides which of its words are known; the version then gets a feature for the
 * share of unseen ones. Texts are not stored, so later baselines and all events are held against the same words.
 */
@Injectable()
export class VocabularyMaker {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
    private readonly binnings: BinningMaker,
  ) {}

  /** prepare: before the rows of a file are stored. Who makes bins makes the vocabularies that are not there yet. */
  async prepare(order: BaselineOrder, schema: Version, privacy: Privacy): Promise<Prepared> {
    const { features } = schema.body;
    const rules = privacy.privacy?.rules.features ?? {};
    const texts = features.filter((one) => isCompared(one) && rules[one.name]?.action !== 'drop');
    if (texts.length === 0) return { schema, knownWords: new Map() };
    const known = await this.known(order, features);
    const unread = texts.filter(({ name }) => !known.has(unseenWordsName(name) ?? ''));
    if (unread.length === 0 || (await this.binnings.kept(order)) !== null)
      return { schema, knownWords: known };
    const counted = await this.count(order, unread, privacy);
    const made = counted.map(({ feature, others }) => [unseenWordsName(feature) ?? '', others] as const);
    return { schema: await this.append(order, schema, counted), knownWords: new Map([...known, ...made]) };
  }

  /** What stored rows are held against. A vocabulary whose baseline was never completed is made anew. */
  private async known(
    { project, model, version }: BaselineOrder,
    features: readonly Feature[],
  ): Promise<Map<string, readonly number[]>> {
    const { documents } = this.store;
    const known = new Map<string, readonly number[]>();
    for (const { name, madeOf } of features) {
      if (madeOf === undefined) continue;
      const id = documentId(model, version, madeOf.vocabulary);
      const { baseline, words } = (await this.registry.get({ project, kind: 'vocabulary', id })).body;
      const maker = await documents.get(project, 'baseline', documentId(model, version, baseline));
      if (maker !== null) known.set(name, words);
    }
    return known;
  }

  private async count(
    { file }: BaselineOrder,
    features: Feature[],
    privacy: Privacy,
  ): Promise<CountedWords[]> {
    const result = await this.store.baselines.countWords({
      features,
      ...fileRows(file),
      ...privacy,
    });
    if (!result.ok) throw invalid({ field: result.field, message: result.message });
    return result.counted;
  }

  private async append(
    { project, model, version, query, intent }: BaselineOrder,
    schema: Version,
    counted: readonly CountedWords[],
  ): Promise<Version> {
    const made = counted.map(({ feature, words }): VocabularyBody => {
      const hash = hashOf(feature, words);
      return { model, version, feature, hash, baseline: query.name, words };
    });
    const reason = `words of texts known from baseline ${query.name}`;
    const signed = { ...intent, expected: 'any', reason } as const;
    for (const body of made) {
      const id = documentId(model, version, body.hash);
      await this.registry.put({ project, kind: 'vocabulary', id, intent: signed, body: () => body });
    }
    const written = await this.registry.put({
      project,
      kind: 'version',
      id: schema.id,
      intent: signed,
      body: (found) => {
        const { body } = found === null ? schema : { body: found.body };
        return { ...body, features: withUnseenWords(body.features, made) };
      },
    });
    return written.document;
  }
}
