import type { FeatureStatistics } from '#libs/contracts';
import type { StatisticsFeature } from './formats.js';

type Texts = NonNullable<StatisticsFeature['string_statistics']>;

const MAX_CATEGORIES = 1_000;
const MAX_LENGTH = 256;

/**
 * textStatistics: a text feature of statistics.json. Where the constraints list allowed values those are the categories, so that what is beyond
 * them is unseen here as it is a violation there. Without a histogram only presence and the number of different values are left.
 */
export function textStatistics(
  name: string,
  texts: Texts,
  { rows, domains }: { rows: number; domains: readonly string[] | undefined },
): FeatureStatistics | { why: string } {
  const present = Math.round(texts.common.num_present);
  if (present > rows) return { why: `it has ${present} values in ${rows} rows` };
  const nulls = rows - present;
  const buckets = texts.distribution?.categorical?.buckets;
  if (buckets === undefined || (buckets.length === 0 && present > 0)) {
    const distinct = Math.min(present, Math.round(texts.distinct_count ?? present));
    return { name, kind: 'identifier', values: present, distinct, nulls };
  }
  const counted = new Map(domains?.map((value) => [value, 0]));
  let beyond = 0;
  for (const { value, count } of buckets) {
    if (domains === undefined || counted.has(value))
      counted.set(value, (counted.get(value) ?? 0) + Math.round(count));
    else beyond += Math.round(count);
  }
  const ordered = [...counted].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = ordered.filter(([value]) => value.length <= MAX_LENGTH).slice(0, MAX_CATEGORIES);
  const held = kept.reduce((sum, [, count]) => sum + count, 0);
  const listed = beyond + ordered.reduce((sum, [, count]) => sum + count, 0);
  if (listed > present) return { why: `its categories count ${listed} values, ${present} are present` };
  return {
    name,
    kind: 'categorical',
    categories: kept.map(([value]) => value),
    counts: kept.map(([, count]) => count),
    unseen: present - held,
    nulls,
  };
}
