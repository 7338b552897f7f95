import { MAX_PROJECTED_FEATURES, type Feature, type MonitorBody, type ProjectionBody } from '#libs/contracts';
import { baselineComponents, formatCount } from '#libs/monitoring';
import { goesTogether, type BaselineName, type FileStore } from '#libs/store';

/** Principal components of a baseline, or why it has none; neither where no monitor asks for them. */
export type ComponentsOf = { projection: ProjectionBody | null; noComponents: string | null };

const LEAST_FEATURES = 2;

/** wantsComponents: other measures of such a monitor take from the distances how restless the baseline is. */
export const wantsComponents = (bodies: readonly MonitorBody[]): boolean =>
  bodies.some(({ kind }) => kind === 'multivariate_drift');

/** projectionOf: principal components of the file that is shown, made as the service makes them. */
export async function projectionOf(
  { projection }: Pick<FileStore, 'projection'>,
  name: BaselineName,
  features: readonly Feature[],
): Promise<ComponentsOf> {
  const none = (why: string): ComponentsOf => ({ projection: null, noComponents: why });
  const count = features.filter(goesTogether).length;
  const has = `the baseline has ${formatCount(count)}`;
  if (count < LEAST_FEATURES)
    return none(
      `principal components need at least two features that are numbers, truth values or categories; ${has}`,
    );
  if (count > MAX_PROJECTED_FEATURES)
    return none(
      `principal components are made of at most ${MAX_PROJECTED_FEATURES} features; ${has}: list some under columns.ignore`,
    );
  const found = await projection(name, features, baselineComponents);
  if (found === null)
    return none('fewer than two features of the baseline vary: there are no principal components');
  const { model, version, origin } = name;
  return { projection: { model, version, baseline: origin, ...found }, noComponents: null };
}
