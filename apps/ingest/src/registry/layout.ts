import { storedAs, type Feature, type Reading, type VersionBody } from '#libs/contracts';

/** Slot: where a feature's value goes in a row: its position among those stored as numbers, or among all others. */
export type Slot = {
  readonly type: Feature['type'];
  /** How its values are spelled; as usual when absent. */
  readonly reading?: Reading;
  readonly position: number;
  readonly index: number;
  /** Of a text: where its share of unseen words goes, and the words that are known. */
  readonly words?: { readonly position: number; readonly known: ReadonlySet<number> };
};

/** Vocabularies: known words by the hash of their vocabulary, as far as they were read. */
export type Vocabularies = ReadonlyMap<string, ReadonlySet<number>>;

/** Layout: the positions of a version's features under one revision of its schema. A schema only grows, so positions never change. */
export type Layout = {
  readonly revision: number;
  readonly status: VersionBody['status'];
  readonly slots: ReadonlyMap<string, Slot>;
  readonly numericCount: number;
  readonly categoricalCount: number;
};

/** layoutOf: `index` counts all features in order; attributions are stored by it. */
export const layoutOf = (
  revision: number,
  { features, status }: Pick<VersionBody, 'features' | 'status'>,
  vocabularies: Vocabularies = new Map(),
): Layout => {
  const slots = new Map<string, Slot>();
  let numericCount = 0;
  let categoricalCount = 0;
  for (const [index, { name, type, madeOf, reading }] of features.entries()) {
    const position = storedAs(type) === 'numeric' ? numericCount++ : categoricalCount++;
    slots.set(name, { type, position, index, ...(reading !== undefined && { reading }) });
    if (madeOf === undefined) continue;
    const [text, known] = [slots.get(madeOf.feature), vocabularies.get(madeOf.vocabulary)];
    if (text !== undefined && known !== undefined)
      slots.set(madeOf.feature, { ...text, words: { position, known } });
  }
  return { revision, status, slots, numericCount, categoricalCount };
};
