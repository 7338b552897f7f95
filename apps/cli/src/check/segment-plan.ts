import { listedSegments, type CheckPredicate, type Predicate, type SegmentBody } from '#libs/contracts';
import { unknownColumn, type DataColumn } from '#libs/store';
import type { ConfigFile } from './config-file.js';
import { checkGiven, givenLists } from './given-types.js';
import { CheckProblem } from './problem.js';
import { CHECKED } from './monitor-plan.js';

export type NamedSegment = { name: string; body: SegmentBody };

/** Columns become features that are stored but not compared, so a condition names a feature. */
const predicateOf = (where: CheckPredicate): Predicate => {
  if ('all' in where) return { all: where.all.map(predicateOf) };
  if ('any' in where) return { any: where.any.map(predicateOf) };
  if ('not' in where) return { not: predicateOf(where.not) };
  const { column, ...rest } = where;
  return { ...rest, feature: column };
};

/** plannedSegments: the segments of a configuration; values of dimensions are still to be frozen from the baseline. */
export const plannedSegments = ({ config }: ConfigFile): NamedSegment[] =>
  listedSegments(config).map(({ name, by, where }) => ({
    name,
    body:
      where === undefined
        ? { kind: 'dimension', model: CHECKED.model, feature: by, values: null }
        : { kind: 'predicate', model: CHECKED.model, where: predicateOf(where) },
  }));

/** checkDeclined: who lists segments wants them. */
export function checkDeclined({ config, at }: ConfigFile, isDeclined: boolean): void {
  if (isDeclined && (config.segments === 'auto' || listedSegments(config).length > 0))
    throw new CheckProblem(
      `${at(['segments'])}: the configuration names segments and --no-segments declines them; take out one of both`,
    );
}

/** checkNames: every column that the configuration speaks of is in the baseline. */
export function checkNames({ config, at }: ConfigFile, columns: readonly DataColumn[]): void {
  const known = new Set(columns.map(({ name }) => name));
  const check = (name: string | undefined, path: PropertyKey[]): void => {
    if (name === undefined || known.has(name)) return;
    throw new CheckProblem(`${at(path)}: ${unknownColumn(name, columns)}`);
  };
  const { id, time, label, prediction = {}, ignore = [] } = config.columns ?? {};
  for (const [part, name] of Object.entries({ id, time, label })) check(name, ['columns', part]);
  for (const part of ['label', 'score', 'value'] as const)
    check(prediction[part], ['columns', 'prediction', part]);
  const lists = [...givenLists(config), { key: 'ignore', names: ignore }];
  for (const { key, names } of lists)
    names.forEach((name, index) => {
      check(name, ['columns', key, index]);
    });
  for (const name of Object.keys(config.columns?.reading ?? {})) check(name, ['columns', 'reading', name]);
  checkGiven({ config, at });
  for (const [index, { column }] of (config.facets ?? []).entries())
    check(column, ['facets', index, 'column']);
  if (typeof config.group === 'string') check(config.group, ['group']);
  else check(config.group?.column, ['group', 'column']);
  const names = new Set<string>();
  for (const [index, { name, by, where }] of listedSegments(config).entries()) {
    const path = ['segments', index];
    if (name === 'all' || names.has(name))
      throw new CheckProblem(
        `${at([...path, 'name'])}: '${name}' is taken; give every segment a name of its own`,
      );
    names.add(name);
    check(by, [...path, 'by']);
    if (where !== undefined) checkWhere(where, [...path, 'where'], check);
  }
}

function checkWhere(
  where: CheckPredicate,
  path: PropertyKey[],
  check: (name: string, path: PropertyKey[]) => void,
): void {
  if ('column' in where) check(where.column, [...path, 'column']);
  else if ('not' in where) checkWhere(where.not, [...path, 'not'], check);
  else {
    const [key, parts] = 'all' in where ? (['all', where.all] as const) : (['any', where.any] as const);
    parts.forEach((part, index) => {
      checkWhere(part, [...path, key, index], check);
    });
  }
}
