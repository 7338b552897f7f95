import type { Suite } from '../suite.js';
import { ambiguousInserts } from './ambiguous-inserts.js';
import { backPressure } from './back-pressure.js';
import { brokerRestart } from './broker-restart.js';
import { clickhouseKill } from './clickhouse-kill.js';
import { consumerKill } from './consumer-kill.js';
import { flapping } from './flapping.js';
import { fuzz } from './fuzz.js';
import { logTrimmed } from './log-trimmed.js';
import { storeFull } from './store-full.js';
import { topicRecreated } from './topic-recreated.js';
import { zombie } from './zombie.js';

/** All kinds of faults, in the order in which they are run. */
export const suites: readonly Suite[] = [
  consumerKill,
  clickhouseKill,
  brokerRestart,
  zombie,
  flapping,
  ambiguousInserts,
  storeFull,
  backPressure,
  logTrimmed,
  topicRecreated,
  fuzz,
];
