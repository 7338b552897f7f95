import { countsOn, judgeColumn, type ColumnFacts, type FileStore, type ShownFacts } from '#libs/store';
import type { Columns, ColumnView } from './columns.js';
import { mustBe, type ReadFile } from './read-files.js';

/** New values beyond those of the first rows: so many more are no news. */
const MORE = { share: 1.05, values: 5 };
/** Values of a prediction that go missing behind the first rows. */
const LESS = 0.01;

/** openSequences: numbers of which the first rows leave open whether they name rows: whole ones that hardly repeat there. */
const openSequences = (views: readonly ColumnView[]): Set<string> =>
  new Set(
    views
      .filter(({ facts: { numbers, whole, different } }) => whole === numbers && different >= numbers / 2)
      .map(({ column }) => column.name),
  );

/**
 * settled: the baseline as all of its rows have it, after they were shown as the first ones suggest: columns for which those did not speak are
 * read to their end; null when they spoke for all.
 */
export async function settled(
  store: Pick<FileStore, 'shownFacts' | 'wholeFacts'>,
  read: ReadFile,
  columns: Columns,
): Promise<ReadFile | null> {
  if (read.isWhole) return null;
  const views = new Map(read.views.map((view) => [view.column.name, view]));
  const shown = await store.shownFacts({
    features: columns.features,
    sequences: openSequences(read.views),
  });
  const doubtful = new Set([
    ...doubtfulFeatures(shown, columns, views),
    ...doubtfulParts(shown, columns, views),
    ...unshown(columns, views),
  ]);
  const asked = read.columns.filter(({ name }) => doubtful.has(name));
  if (asked.length === 0) return null;
  const facts = mustBe(await store.wholeFacts(read.file, { all: read.columns, columns: asked }), read.input);
  const whole = new Map(facts.map((one) => [one.name, one]));
  return {
    ...read,
    views: read.views.map((view) => ({ ...view, facts: whole.get(view.column.name) ?? view.facts })),
  };
}

type Views = ReadonlyMap<string, ColumnView>;

function doubtfulFeatures(shown: ShownFacts, columns: Columns, views: Views): string[] {
  return shown.features.flatMap((one) => {
    const facts = views.get(one.name)?.facts;
    if (facts === undefined) return [];
    if (one.invalid > 0) return [one.name];
    if (one.kind === 'text') {
      const known = facts.different * MORE.share + MORE.values;
      return one.different > known || facts.different === 1 ? [one.name] : [];
    }
    if (one.sequence === null) return [];
    const all: ColumnFacts = {
      ...facts,
      rows: shown.rows,
      filled: one.numbers,
      numbers: one.numbers,
      ...one.sequence,
    };
    return judgeColumn(all).type === 'numeric' && !countsOn(all, all) ? [] : [one.name];
  });
}

/** A score or a class that is there in the first rows and not behind them is something else there. */
function doubtfulParts({ rows, parts }: ShownFacts, { parts: names }: Columns, views: Views): string[] {
  const counted = [
    [names.label, parts.label],
    [names.predictionLabel, parts.predictionLabel],
    [names.score, parts.score],
    [names.value, parts.value],
  ] as const;
  return counted.flatMap(([name, filled]) => {
    const facts = name === undefined ? undefined : views.get(name)?.facts;
    if (name === undefined || facts === undefined) return [];
    return filled / rows < facts.filled / facts.rows - LESS ? [name] : [];
  });
}

/** Texts are shown by their length only, and what is left out is not shown at all. */
function unshown({ features, listed }: Columns, views: Views): string[] {
  const texts = features.filter(({ type }) => type === 'text').map(({ name }) => name);
  const left = listed.filter(
    ({ name, part, why }) =>
      part === 'ignored' && why !== 'said so' && views.get(name)?.column.type !== 'nested',
  );
  return [...texts, ...left.map(({ name }) => name)];
}
