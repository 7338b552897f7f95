import { join } from 'node:path';
import { check, type Checked } from './checker.js';
import { Rig } from './rig.js';
import type { Site } from './site.js';

/** Size: how often the fault strikes, and how many events are sent meanwhile. */
export type Size = { kills: number; events: number };

/** Suite: one kind of fault. `run` strikes and returns once all that was sent can be in the store; figures it returns are shown. */
export type Suite = {
  name: string;
  /** What one kill of this suite is. */
  fault: string;
  full: Size;
  environment?: Record<string, string>;
  partitions?: number;
  topicConfig?: Record<string, string>;
  run: (rig: Rig, size: Size) => Promise<Record<string, number>>;
  /** Instead of the checker of the load, for a suite with events of its own. */
  check?: (rig: Rig) => Promise<Checked>;
};

export type SuiteResult = {
  suite: string;
  fault: string;
  seed: string;
  kills: number;
  events: number;
  received: number;
  accepted: number;
  quarantined: number;
  /** Ends of ingest that nobody asked for. */
  crashes: number;
  rssMaxMiB: number;
  seconds: number;
  figures: Record<string, number>;
  result: 'passed' | 'failed';
  problems: string[];
};

type Where = {
  site: Site;
  root: string;
  home: string;
  seed: string;
  keep?: boolean;
  /** With sessions, time-outs and sizes as they are shipped. */
  production?: boolean;
};

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** runSuite: never throws for what the suite finds; a suite that cannot go on has failed. */
export const runSuite = async (suite: Suite, size: Size, where: Where): Promise<SuiteResult> => {
  const startedMs = performance.now();
  const { site, root, home, seed, keep = false, production = false } = where;
  const rig = await Rig.open({
    site,
    root,
    home: join(home, suite.name),
    suite: suite.name,
    seed,
    production,
    ...(suite.partitions === undefined ? {} : { partitions: suite.partitions }),
    ...(suite.topicConfig === undefined ? {} : { topicConfig: suite.topicConfig }),
    ...(suite.environment === undefined ? {} : { environment: suite.environment }),
  });
  const measuring = new AbortController();
  const measured = rig.sampleRss(measuring.signal);
  const problems: string[] = [];
  let figures: Record<string, number> = {};
  let checked: Checked = { received: 0, acknowledged: 0, accepted: 0, quarantined: 0, problems: [] };
  try {
    figures = await suite.run(rig, size);
    checked = await (suite.check ?? check)(rig);
    problems.push(...checked.problems);
  } catch (error) {
    problems.push(reasonOf(error));
  } finally {
    measuring.abort();
    await measured;
  }
  if (rig.crashes > 0) problems.push(`ingest ended ${rig.crashes} times by itself`);
  await rig.close({ drop: !keep || problems.length === 0 });
  return {
    suite: suite.name,
    fault: suite.fault,
    seed,
    kills: size.kills,
    events: checked.acknowledged,
    received: checked.received,
    accepted: checked.accepted,
    quarantined: checked.quarantined,
    crashes: rig.crashes,
    rssMaxMiB: rig.rssMaxMiB,
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    figures,
    result: problems.length === 0 ? 'passed' : 'failed',
    problems,
  };
};
