import { facetSets, type CheckMonitor, type MonitorKind } from '#libs/contracts';
import { unknown, type At, type Subjects } from './subjects.js';
import { CheckProblem } from './problem.js';

/** Settings that only one kind of monitor has. */
const OWN: Readonly<Partial<Record<keyof CheckMonitor, MonitorKind>>> = {
  facets: 'bias',
  against: 'bias',
  min_group_rows: 'bias',
  aggregate: 'attribution',
  weights: 'attribution',
};
const RATIOS = ['di', 'demographic_parity_ratio'] as const;

/** checkSpecial: what speaks against a monitor of bias or attribution, and against settings of theirs in another kind. */
export function checkSpecial(monitor: CheckMonitor, { subjects, at }: { subjects: Subjects; at: At }): void {
  for (const [key, kind] of Object.entries(OWN))
    if (Object.hasOwn(monitor, key) && monitor.kind !== kind)
      throw new CheckProblem(`${at([key])}: ${key} is for monitors of kind '${kind}', not '${monitor.kind}'`);
  if (monitor.kind === 'bias') checkBias(monitor, { subjects, at });
  if (monitor.kind === 'attribution') checkAttribution(monitor, { subjects, at });
}

function checkBias(
  monitor: CheckMonitor,
  { subjects: { facets }, at }: { subjects: Subjects; at: At },
): void {
  if (facets === undefined)
    throw new CheckProblem(
      `${at(['kind'])}: a monitor of kind 'bias' needs groups; add facets: [{ column: …, disfavoured: [ … ] }]`,
    );
  if (monitor.features !== undefined)
    throw new CheckProblem(
      `${at(['features'])}: a monitor of kind 'bias' looks at facets; name some of them`,
    );
  const known = facetSets(facets).map(({ name }) => name);
  for (const [index, name] of (monitor.facets ?? []).entries())
    if (!known.includes(name))
      throw new CheckProblem(`${at(['facets', index])}: ${unknown('facet', name, known)}`);
  for (const [path, limits] of limitsOf(monitor))
    for (const metric of RATIOS) {
      const limit = limits[metric];
      if (typeof limit === 'number' && limit <= 0)
        throw new CheckProblem(
          `${at([...path, metric])}: must be a ratio above 0, such as 0.8 (1 is neutral)`,
        );
    }
}

function checkAttribution(
  monitor: CheckMonitor,
  { subjects: { features, explained }, at }: { subjects: Subjects; at: At },
): void {
  if (explained.size === 0)
    throw new CheckProblem(
      `${at(['kind'])}: a monitor of kind 'attribution' needs columns that explain features; name their prefix under columns.attributions, such as phi_`,
    );
  const known = features.map(({ name }) => name);
  for (const name of Object.keys(monitor.weights ?? {}))
    if (!known.includes(name))
      throw new CheckProblem(`${at(['weights', name])}: ${unknown('feature', name, known)}`);
}

type Limits = NonNullable<CheckMonitor['thresholds']>;

const limitsOf = (monitor: CheckMonitor): [PropertyKey[], Limits][] => [
  [['thresholds'], monitor.thresholds ?? {}],
  ...(['feature_thresholds', 'segment_thresholds'] as const).flatMap((key) =>
    Object.entries(monitor[key] ?? {}).map(([name, own]): [PropertyKey[], Limits] => [[key, name], own]),
  ),
];
