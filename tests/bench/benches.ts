import { profileBench } from './profile.js';

export type BenchRow = Record<string, string | number>;

/** What can be measured, by name. Each brings up what it needs and takes it down again. */
export const benches: Record<string, () => Promise<BenchRow[]>> = {
  profile: profileBench,
};
