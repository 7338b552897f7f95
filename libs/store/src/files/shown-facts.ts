import { z } from 'zod';
import { storedAs, type Feature } from '#libs/contracts';
import { float, integer, type Database } from '../client/index.js';
import { featureColumns, INVALID_TEXT, NULL_TEXT } from '../segments/feature-columns.js';

const TIMEOUT_MS = 3_600_000;

/** Of a feature that is stored as a number: what its values are. `invalid` are not counted elsewhere. */
type ShownNumbers = {
  name: string;
  kind: 'number';
  numbers: number;
  invalid: number;
  /** Null unless asked for. */
  sequence: { whole: number; different: number; least: number; most: number; rise: number } | null;
};
/** Of one that is stored as a text. */
type ShownTexts = { name: string; kind: 'text'; filled: number; invalid: number; different: number };

/** ShownFacts: what the rows that are shown hold, all of them, as they were converted. */
export type ShownFacts = {
  rows: number;
  features: (ShownNumbers | ShownTexts)[];
  /** Rows with a label, a predicted label, a score, a predicted value. */
  parts: { label: number; predictionLabel: number; score: number; value: number };
};

const counts = z.array(integer);
const floats = z.array(float);
const shownRow = z.object({
  rows: integer,
  numbers: counts,
  invalid_numbers: counts,
  whole: counts,
  different: counts,
  least: floats,
  most: floats,
  rise: floats,
  filled: counts,
  invalid_texts: counts,
  different_texts: counts,
  labelled: integer,
  predicted: integer,
  scored: integer,
  valued: integer,
});

/**
 * shownFacts: of features, from the rows that are shown. `sequences` names those whose order and repeats are looked at too, which costs
 * more than all the rest. One thread, so that rows come in the order of the file.
 */
export async function shownFacts(
  db: Database,
  { features, sequences }: { features: readonly Feature[]; sequences: ReadonlySet<string> },
): Promise<ShownFacts> {
  const columns = featureColumns(features);
  const placed = features.flatMap((feature) => {
    const place = columns.get(feature.name)?.position;
    return place === undefined ? [] : [{ ...feature, place }];
  });
  const asked = placed.filter(({ name, type }) => storedAs(type) === 'numeric' && sequences.has(name));
  const picked = `arrayMap(i -> num[i], CAST([${asked.map(({ place }) => place).join(', ')}], 'Array(UInt16)'))`;
  const finite = `arrayMap(x -> isFinite(x), xs)`;
  const isText = `x NOT IN (${NULL_TEXT}, ${INVALID_TEXT})`;
  const [row] = await db.query({
    name: 'file-shown-facts',
    sql:
      `SELECT count() AS rows, sumForEach(arrayMap(x -> toUInt8(isFinite(x)), num)) AS numbers, ` +
      `sumForEach(arrayMap(x -> toUInt8(isInfinite(x)), num)) AS invalid_numbers, ` +
      `sumForEach(arrayMap(x -> toUInt8(x = trunc(x)), xs)) AS whole, uniqCombinedIfForEach(xs, ${finite}) AS different, ` +
      `minIfForEach(xs, ${finite}) AS least, maxIfForEach(xs, ${finite}) AS most, deltaSumIfForEach(xs, ${finite}) AS rise, ` +
      `sumForEach(arrayMap(x -> toUInt8(${isText}), cat)) AS filled, ` +
      `sumForEach(arrayMap(x -> toUInt8(x = ${INVALID_TEXT}), cat)) AS invalid_texts, ` +
      `uniqCombinedForEach(cat) AS different_texts, countIf(truth != '') AS labelled, countIf(label != '') AS predicted, ` +
      `countIf(isFinite(score)) AS scored, countIf(isFinite(value)) AS valued ` +
      `FROM (SELECT num, cat, truth, label, score, value, ${picked} AS xs FROM predictions)`,
    settings: { max_threads: 1 },
    row: shownRow,
    timeoutMs: TIMEOUT_MS,
  });
  return {
    rows: row?.rows ?? 0,
    features: placed.map(({ name, type, place }): ShownNumbers | ShownTexts => {
      const at = place - 1;
      if (storedAs(type) !== 'numeric')
        return {
          name,
          kind: 'text',
          filled: row?.filled[at] ?? 0,
          invalid: row?.invalid_texts[at] ?? 0,
          different: row?.different_texts[at] ?? 0,
        };
      const own = asked.findIndex((one) => one.name === name);
      return {
        name,
        kind: 'number',
        numbers: row?.numbers[at] ?? 0,
        invalid: row?.invalid_numbers[at] ?? 0,
        sequence:
          own === -1
            ? null
            : {
                whole: row?.whole[own] ?? 0,
                different: row?.different[own] ?? 0,
                least: row?.least[own] ?? 0,
                most: row?.most[own] ?? 0,
                rise: row?.rise[own] ?? 0,
              },
      };
    }),
    parts: {
      label: row?.labelled ?? 0,
      predictionLabel: row?.predicted ?? 0,
      score: row?.scored ?? 0,
      value: row?.valued ?? 0,
    },
  };
}
