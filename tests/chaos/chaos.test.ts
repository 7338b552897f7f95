import { join } from 'node:path';
import { afterAll, expect, inject, it } from 'vitest';
import { hasEnded } from './site.js';
import { siteOf } from './local-site.js';
import { runSuite, type Size, type Suite } from './suite.js';
import { ambiguousInserts } from './suites/ambiguous-inserts.js';
import { backPressure } from './suites/back-pressure.js';
import { brokerRestart } from './suites/broker-restart.js';
import { clickhouseKill } from './suites/clickhouse-kill.js';
import { consumerKill } from './suites/consumer-kill.js';
import { flapping } from './suites/flapping.js';
import { fuzz } from './suites/fuzz.js';
import { logTrimmed } from './suites/log-trimmed.js';
import { storeFull } from './suites/store-full.js';
import { topicRecreated } from './suites/topic-recreated.js';
import { zombie } from './suites/zombie.js';
import { isOurs, restoreStack } from '../setup/stack.js';
import { testSettings } from '../setup/test-home.js';

/** A short slice of every suite; `npm run chaos` strikes as often as wanted. */
const SLICES: [suite: Suite, size: Size][] = [
  [consumerKill, { kills: 3, events: 15_000 }],
  [clickhouseKill, { kills: 3, events: 6_000 }],
  [brokerRestart, { kills: 1, events: 6_000 }],
  [zombie, { kills: 2, events: 8_000 }],
  [flapping, { kills: 4, events: 6_000 }],
  [ambiguousInserts, { kills: 1, events: 10_000 }],
  [storeFull, { kills: 1, events: 6_000 }],
  [backPressure, { kills: 1, events: 15_000 }],
  [logTrimmed, { kills: 3, events: 6_000 }],
  [topicRecreated, { kills: 2, events: 6_000 }],
  [fuzz, { kills: 1, events: 5_000 }],
];
const ROOT = join(import.meta.dirname, '../..');

const site = () =>
  siteOf(testSettings(inject('stackHome')), {
    kafkaBrokers: inject('kafkaBrokers'),
    clickhouseUrl: inject('clickhouseUrl'),
    clickhouseUser: inject('clickhouseUser'),
    clickhousePassword: inject('clickhousePassword'),
    redisUrl: inject('redisUrl'),
  });

afterAll(() => restoreStack());

const isAttackable = isOurs('kafka') && isOurs('clickhouse');

it.skipIf(!isAttackable).each(SLICES.map(([suite, size]) => ({ name: suite.name, suite, size })))(
  '$name: nothing lost, nothing twice',
  async ({ suite, size }) => {
    const home = join(inject('stackHome'), 'chaos');
    const result = await runSuite(suite, size, { site: site(), root: ROOT, home, seed: 'slice' });
    expect(result.problems).toEqual([]);
    expect(result.received).toBeGreaterThan(0);
    expect(hasEnded(await site().pid('clickhouse'))).toBe(false);
  },
  240_000,
);
