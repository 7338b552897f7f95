import { biasBench } from './bias.js';
import { biasIntervalsBench } from './bias-intervals.js';
import { checkBench } from './check.js';
import { falseAlarmsBench } from './false-alarms.js';
import { fuzzBench } from './fuzz.js';
import { ingestBench } from './ingest.js';
import { profileBench } from './profile.js';
import { uploadBench } from './upload.js';
import { workerBench } from './worker.js';
import type { BenchRow } from './services.js';

/** What can be measured, by name. Each brings up what it needs and takes it down again. */
export const benches: Record<string, (options: readonly string[]) => Promise<BenchRow[]>> = {
  bias: biasBench,
  'bias-intervals': biasIntervalsBench,
  check: checkBench,
  'false-alarms': falseAlarmsBench,
  fuzz: fuzzBench,
  ingest: ingestBench,
  profile: profileBench,
  upload: uploadBench,
  worker: workerBench,
};
