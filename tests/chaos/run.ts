import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutRoot } from '../../deploy/local/index.js';
import { withSite } from './local-site.js';
import { writeReport } from './rig.js';
import { runSuite, type Size, type Suite, type SuiteResult } from './suite.js';
import { suites } from './suites/index.js';

const USAGE = `npm run chaos -- [--suite NAME]… [--kills N] [--events N] [--seed S] [--fresh] [--keep]
  --suite   one or more of: ${suites.map(({ name }) => name).join(', ')} (all)
  --kills   how often the fault strikes; --events: how much is sent meanwhile (each suite has its own)
  --seed    decides when and where faults strike (1)
  --fresh   also suites that bench/out/chaos.json has already, with the same seed and size, as passed
  --keep    leave the database of a failed suite in place until the next run
  --production  sessions, time-outs and sizes as they are shipped, one fault a suite unless --kills says otherwise`;

const options = () => {
  try {
    return parseArgs({
      options: {
        suite: { type: 'string', multiple: true },
        kills: { type: 'string' },
        events: { type: 'string' },
        seed: { type: 'string', default: '1' },
        fresh: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        production: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
};

const positive = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  console.error(`--${name}: found ${text}; write a whole number above 0`);
  process.exit(2);
};

type Done = SuiteResult & { size: Size; at: string };

/** In production pace a fault takes as long as a session does: one of each shows what the short clocks stand for. */
const ONCE: Size = { kills: 1, events: 60_000 };

const readDone = async (out: string): Promise<Done[]> => {
  try {
    return (JSON.parse(await readFile(out, 'utf8')) as { suites: Done[] }).suites;
  } catch {
    return [];
  }
};

const show = (results: readonly SuiteResult[]): void =>
  console.table(
    results.map(({ suite, kills, events, accepted, quarantined, crashes, rssMaxMiB, seconds, result }) => ({
      suite,
      kills,
      events,
      accepted,
      quarantined,
      crashes,
      'RSS MiB': rssMaxMiB,
      seconds,
      result: result === 'passed' ? 'nothing lost, nothing twice' : 'FAILED',
    })),
  );

const { suite: names, kills, events, seed, fresh, keep, production } = options();
const unknown = (names ?? []).filter((name) => !suites.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(`--suite: found ${unknown.join(', ')}\n${USAGE}`);
  process.exit(2);
}
const chosen = suites.filter(({ name }) => names === undefined || names.includes(name));
const sizeOf = ({ full }: Suite): Size => ({
  kills: positive('kills', kills, production ? ONCE.kills : full.kills),
  events: positive('events', events, production ? ONCE.events : full.events),
});
const isSame = (done: Done, suite: Suite): boolean =>
  done.suite === suite.name &&
  done.seed === seed &&
  JSON.stringify(done.size) === JSON.stringify(sizeOf(suite));

const out = join(checkoutRoot, 'bench', 'out', production ? 'chaos-production.json' : 'chaos.json');
const before = await readDone(out);
const results: Done[] = [];
const save = () => {
  const kept = before.filter((done) => !results.some(({ suite }) => suite === done.suite));
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
  return writeReport(out, { name: 'chaos', machine, suites: [...kept, ...results] });
};

const waiting = chosen.filter((suite) => {
  const done = before.find((each) => isSame(each, suite));
  if (fresh || done?.result !== 'passed') return true;
  results.push(done);
  return false;
});
if (waiting.length > 0)
  await withSite(async ({ site, home }) => {
    for (const suite of waiting) {
      const size = sizeOf(suite);
      console.log(`${suite.name}: ${size.kills} × ${suite.fault}, ${size.events} events, seed ${seed} …`);
      const result = await runSuite(suite, size, {
        ...{ site, root: checkoutRoot, home, seed, keep, production },
      });
      results.push({ ...result, size, at: new Date().toISOString() });
      await save();
      console.log(`${suite.name}: ${result.result} in ${result.seconds} s ${JSON.stringify(result.figures)}`);
      for (const problem of result.problems) console.log(`  ${problem}`);
    }
  });
show(results);
process.exit(results.every(({ result }) => result === 'passed') ? 0 : 1);
