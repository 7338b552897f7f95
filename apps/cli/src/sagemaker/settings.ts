import type { CheckSettings, Constraints } from './formats.js';

const DEFAULT_SHARE = 0.1;
const HALF = 0.5;

/**
 * matchLimit: the share of values that may differ. Schema pages say 0.1, of values that differ; generated files say 1.0, of values that
 * must match ("expected match: 100 %"). What is above a half is taken for the second.
 */
export const matchLimit = (share = DEFAULT_SHARE): number =>
  share > HALF ? Number((1 - share).toFixed(12)) : share;

export const isOff = (setting: 'Enabled' | 'Disabled' | undefined): boolean => setting === 'Disabled';

/** effective: the settings of a feature: its overrides, then those of the whole file. */
export function effective(
  { monitoring_config: whole = {} }: Constraints,
  { monitoringConfigOverrides: own = {} }: Constraints['features'][number],
): CheckSettings {
  const given = <T extends object>(settings: T) =>
    Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
  return {
    ...whole,
    ...given(own),
    distribution_constraints: {
      ...whole.distribution_constraints,
      ...given(own.distribution_constraints ?? {}),
    },
  };
}
