import { fuzzInProcess } from '../chaos/fuzz/in-process.js';
import { withSite } from '../chaos/local-site.js';
import { runSuite } from '../chaos/suite.js';
import { fuzz } from '../chaos/suites/fuzz.js';
import { checkoutRoot } from '../../deploy/local/index.js';
import { timed, type BenchRow } from './services.js';

const EVENTS = 10_000_000;
const SEED = '1';

/** 10 M events of anything through decode → validate → encode, and a slice of them through real Kafka, ingest and ClickHouse. */
export const fuzzBench = async (): Promise<BenchRow[]> => {
  const { result, seconds, cpuSeconds } = await timed(() =>
    fuzzInProcess({ events: EVENTS, seed: SEED, nowMs: Date.now() }),
  );
  const { reasons, ...counts } = result;
  const through = await withSite(({ site, home }) =>
    runSuite(fuzz, fuzz.full, { site, root: checkoutRoot, home, seed: SEED }),
  );
  if (through.result === 'failed') throw new Error(through.problems.join('\n'));
  return [
    { through: 'decode to encode', ...counts, seconds, cpuSeconds, ...reasons },
    {
      through: 'Kafka to ClickHouse',
      events: through.received,
      accepted: through.accepted,
      quarantined: through.quarantined,
      seconds: through.seconds,
      ...through.figures,
    },
  ];
};
