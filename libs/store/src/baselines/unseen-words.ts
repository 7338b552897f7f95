import { randomUUID } from 'node:crypto';
import type { Feature } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { textOf } from '../reading/values-sql.js';
import { integersLiteral, type Bindings } from '../segments/bindings.js';
import type { KnownWords } from './insert-input.js';
import { unseenShareSql, wordsSql } from './words-sql.js';

/** What texts are held against, and where it was put. */
export type PlacedWords = { known: KnownWords; upload: string };

/** placeWords: puts known words where a statement can look them up, since its address has no room for them; returns their upload. */
export async function placeWords(db: Database, known: KnownWords): Promise<string> {
  const upload = randomUUID();
  for (const [at, words] of [...known.values()].entries()) {
    if (words.length === 0) continue;
    await db.command({
      name: 'words-place',
      sql:
        `INSERT INTO file_words (upload, feature, word, rows, at) SELECT {upload: String}, ${at}, ` +
        `arrayJoin(${integersLiteral(words, 32)}), 1, now()`,
      params: { upload },
      settings: { max_query_size: '1000000' },
    });
  }
  return upload;
}

/** SQL of the set of words that {@link placeWords} put there for a feature. */
function placedWords(known: KnownWords, upload: string, feature: string): string {
  const at = [...known.keys()].indexOf(feature);
  return `(SELECT word FROM file_words WHERE upload = ${upload} AND feature = ${at})`;
}

type Unseen = { columns: string[]; share: (feature: string) => string };

/** unseenWords: the words of each text, read once per row, and which part of them is not known. */
export function unseenWords(
  features: readonly Feature[],
  { feature, words, bindings }: { feature: (name: string) => string; words: PlacedWords; bindings: Bindings },
): Unseen {
  const made = features.flatMap(({ name, madeOf }) => {
    const text = features.find((one) => one.name === madeOf?.feature);
    return text !== undefined && words.known.has(name) ? [{ name, text }] : [];
  });
  const places = new Map(made.map(({ name }, index) => [name, `w${index}`]));
  return {
    columns: made.map(
      ({ text }, index) => `${wordsSql(textOf(feature(text.name), text.reading))} AS w${index}`,
    ),
    share: (name) => {
      const place = places.get(name);
      return place === undefined
        ? 'toFloat64(nan)'
        : unseenShareSql(place, placedWords(words.known, bindings.text(words.upload), name));
    },
  };
}
