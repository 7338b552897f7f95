import type { DataParts } from '#libs/store';
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

/** inferColumns: what each column of the baseline is, by the configuration, by its name and by its content. */
export function inferColumns(views: readonly ColumnView[], config: CheckConfig): Columns {
  const parts = assignParts(views, config);
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
    }
    const isPart = found !== undefined;
    if (isPart && !bySegment.has(name) && !byFacet.has(name)) continue;
    const chosen = chooseFeature(view, config, {
      ...{ bySegment: bySegment.has(name), byFacet: byFacet.has(name), isIgnored: ignore.has(name) },
      ...{ given: given.get(name), hasTime, known },
    });
    // A part of the prediction that also makes groups is compared as that part.
    if (chosen.feature !== null)
      features.push(isPart ? { ...chosen.feature, role: 'context' } : chosen.feature);
    if (found === undefined) listed.push(chosen.listed);
  }
  const numbers = new Set(
    views
      .filter(({ facts }) => facts.filled > 0 && facts.numbers === facts.filled)
      .map(({ column }) => column.name),
  );
  const readings = new Map(Object.entries(config.columns?.reading ?? {}));
  return { features: withWords(features), parts: of, readings, numbers, listed, attributions: new Map() };
}
