import { contentOf, contentWarnings, judgeColumn, type DataParts } from '#libs/store';
import {
  listedSegments,
  unseenWordsName,
  type CheckColumn,
  type CheckConfig,
  type Feature,
} from '#libs/contracts';
import { facetColumns } from './bias-settings.js';
import type { Columns, ColumnView } from './columns.js';
import { chooseFeature } from './feature-choice.js';
import { givenTypes } from './given-types.js';
import { assignParts } from './parts.js';

/** Columns that segments look at. */
function segmentColumns(config: CheckConfig): Set<string> {
  const segments = listedSegments(config);
  const names = new Set<string>();
  const visit = (where: NonNullable<(typeof segments)[number]['where']>): void => {
    if ('column' in where) names.add(where.column);
    else if ('not' in where) visit(where.not);
    else for (const part of 'all' in where ? where.all : where.any) visit(part);
  };
  for (const { by, where } of segments) {
    if (by !== undefined) names.add(by);
    if (where !== undefined) visit(where);
  }
  return names;
}

/** The words of a check's only baseline. */
const VOCABULARY = '0'.repeat(16);

/** With the share of unseen words of every text that is compared. */
const withWords = (features: readonly Feature[]): Feature[] => [
  ...features,
  ...features.flatMap(({ name: feature, type, role }): Feature[] => {
    const name = type === 'text' && role === 'input' ? unseenWordsName(feature) : null;
    const madeOf = { feature, vocabulary: VOCABULARY };
    return name === null ? [] : [{ name, type: 'unseen_words', role, madeOf }];
  }),
];

/** What is odd about the values of a feature; of columns that nobody looks at it does not matter. */
const oddContent = ({ column, facts }: ColumnView, feature: Feature | null): string[] =>
  feature === null || feature.role === 'context' || column.type === 'time'
    ? []
    : contentWarnings(feature, contentOf(feature, facts));

/** inferColumns: what each column of the baseline is, by the configuration, by its name and by its content; `current`: what the other file holds. */
export function inferColumns(
  views: readonly ColumnView[],
  config: CheckConfig,
  current: readonly ColumnView[] = [],
): Columns {
  const assigned = assignParts(views, config);
  const { parts } = assigned;
  const now = new Map(current.map(({ column, facts }) => [column.name, facts]));
  const warnings = [...assigned.warnings];
  const readings = new Map(Object.entries(config.columns?.reading ?? {}));
  const hasTime = [...parts.values()].some(({ part }) => part === 'time');
  const given = givenTypes(config);
  const ignore = new Set(config.columns?.ignore);
  const bySegment = segmentColumns(config);
  const byFacet = facetColumns(config);
  const known = new Set(views.map(({ column }) => column.name));
  const features: Feature[] = [];
  const listed: CheckColumn[] = [];
  const of: DataParts = {};
  for (const view of views) {
    const { name, type } = view.column;
    const found = parts.get(name);
    if (found !== undefined) {
      of[found.part === 'prediction' ? 'predictionLabel' : found.part] = name;
      listed.push({ name, part: found.part, type, why: found.why });
      const { reading } = judgeColumn(view.facts);
      if (reading !== undefined) readings.set(name, { ...reading, ...readings.get(name) });
    }
    const isPart = found !== undefined;
    if (isPart && !bySegment.has(name) && !byFacet.has(name)) continue;
    const chosen = chooseFeature(view, config, {
      ...{ bySegment: bySegment.has(name), byFacet: byFacet.has(name), isIgnored: ignore.has(name) },
      ...{ given: given.get(name), hasTime, known, now: now.get(name) },
    });
    // A part of the prediction that also makes groups is compared as that part.
    if (chosen.feature !== null)
      features.push(isPart ? { ...chosen.feature, role: 'context' } : chosen.feature);
    if (found !== undefined) continue;
    listed.push(chosen.listed);
    warnings.push(...chosen.warnings, ...oddContent(view, chosen.feature));
  }
  const numbers = new Set(
    views
      .filter(({ facts }) => facts.filled > 0 && facts.numbers === facts.filled)
      .map(({ column }) => column.name),
  );
  return {
    ...{ features: withWords(features), parts: of, readings, numbers, listed, warnings },
    attributions: new Map(),
  };
}
