/**
 * All set-up from a bare clone, on any Node from 20 on: `node deploy/setup.mjs start|test|build|run [arguments]`. It installs packages and
 * builds when needed, then goes on with the Node that the npm package `node` pins. Plain JavaScript without dependencies, because it
 * runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const dist = join(root, 'dist');
const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const buildStamp = join(dist, '.built');
const reportFile = (name) => join(root, '.plumbline', `test-report-${name}.json`);
const minNodeMajor = 20;
const progressMs = 10_000;

/** A sentence for the person at the keyboard; shown without a stack. */
class SetupProblem extends Error {}

const say = (line) => console.log(line);
const binaries = { ...process.env, PATH: [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter) };
const running = new Set();
let interrupted = false;

function stopAll(signal) {
  interrupted = true;
  for (const child of running) child.kill(signal);
}

/**
 * Ctrl-C reaches the whole terminal group by itself; every other signal is handed on to what runs. npm hands a SIGTERM only to the shell
 * between it and us, which dies of it without a word: then our parent is another one, and we stop too.
 */
function stopWithParent() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal === 'SIGINT' && process.stdin.isTTY) interrupted = true;
      else stopAll(signal);
    });
  }
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stopAll('SIGTERM');
  }, 500);
  watch.unref();
}

/** Runs a command; resolves with its exit code and, when `quiet`, with what it printed. */
function run(file, args, { quiet = false, env = binaries } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(file, args, { cwd: root, env, stdio, shell: process.platform === 'win32' });
    running.add(child);
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (cause) => {
      running.delete(child);
      reject(
        new SetupProblem(
          `${file} cannot be run (${cause.message}): check that it is installed and on the PATH.`,
        ),
      );
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code: signal === null ? code : 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** Does something slow with a line at its start, one every few seconds, and one at its end. */
async function withProgress(what, work) {
  const startMs = Date.now();
  const seconds = () => Math.round((Date.now() - startMs) / 1000);
  say(`${what} …`);
  const timer = setInterval(() => say(`… ${what.toLowerCase()}, ${seconds()} s`), progressMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (!interrupted) say(`${what}: ${seconds()} s`);
  }
}

const lastLines = (text, count) => text.trim().split('\n').slice(-count).join('\n');
const hashOf = (text) => createHash('sha256').update(text).digest('hex');
const readOrEmpty = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function pidLives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One set-up at a time: of two starts on a fresh clone the second waits for the first. */
async function alone(work) {
  const lock = join(root, '.plumbline', 'setup.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readOrEmpty(lock));
    if (holder > 0 && !pidLives(holder)) rmSync(lock, { force: true });
    else if (!told) {
      say(`Another set-up is in progress (pid ${holder}); waiting for it.`);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (interrupted) process.exit(130);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

const packagesOf = (path) => JSON.parse(readOrEmpty(path) || '{}').packages ?? {};

/** Whether what npm says it installed is what the lock file asks for; npm writes its note last, so a cut-off install has none. */
function isInstalled() {
  const installed = packagesOf(join(modules, '.package-lock.json'));
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/**
 * `npm install --no-save` takes the versions of the lock file and leaves that file alone. `npm ci` would do the same but refuses a lock
 * file without the optional packages of platforms other than the one it was written on.
 */
async function install() {
  if (!isInstalled()) {
    const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code, output } = await withProgress('Installing packages', () =>
      run('npm', args, { quiet: true, env: process.env }),
    );
    if (interrupted) process.exit(130);
    if (code !== 0) {
      throw new SetupProblem(
        `npm could not install the packages: check the network and start again. npm said:\n${lastLines(output, 12)}`,
      );
    }
  }
  if (!existsSync(pinnedNode)) await requirePinnedNode();
}

/** With install scripts switched off, npm leaves the pinned Node out; its own script then fetches it. */
async function requirePinnedNode() {
  await run('npm', ['rebuild', 'node', '--ignore-scripts=false'], { quiet: true, env: process.env });
  const { code } = existsSync(pinnedNode)
    ? await run(pinnedNode, ['--version'], { quiet: true })
    : { code: 1 };
  if (code !== 0) {
    throw new SetupProblem(
      'The pinned Node (npm package "node") is missing or does not run: allow its install script (npm config ignore-scripts must be false), remove node_modules and start again.',
    );
  }
}

function filesUnder(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

const isTest = (path) => path.endsWith('.test.ts');
const isAsset = (path) => extname(path) !== '.ts' && !path.startsWith(join(root, 'deploy'));

/** What the build depends on: names, sizes and times of the sources. */
function fingerprint(sources) {
  const configs = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    join(root, name),
  );
  const lines = [...configs, ...sources].map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  });
  return { hash: hashOf(lines.join('\n')), count: sources.length };
}

/** Compiles, and copies what is not TypeScript (fonts, styles, documents) beside it. Deleted sources leave nothing behind. */
async function build() {
  const sources = ['apps', 'libs', 'deploy', 'tests/bench', 'tests/chaos']
    .flatMap((name) => filesUnder(join(root, name)))
    .filter((path) => !isTest(path));
  const { hash, count } = fingerprint(sources);
  const [builtHash, builtCount] = readOrEmpty(buildStamp).split(' ');
  if (builtHash === hash) return;
  if (Number(builtCount) > count) rmSync(dist, { recursive: true, force: true });
  rmSync(buildStamp, { force: true });
  const compiler = join(modules, 'typescript', 'bin', 'tsc');
  const { code, output } = await withProgress('Building', () =>
    run(pinnedNode, [compiler, '-p', 'tsconfig.build.json'], { quiet: true }),
  );
  if (interrupted) process.exit(130);
  if (code !== 0) throw new SetupProblem(`The sources do not compile:\n${output.trim()}`);
  for (const path of sources.filter(isAsset)) cpSync(path, join(dist, path.slice(root.length + 1)));
  writeFileSync(buildStamp, `${hash} ${count}`);
}

const checks = [
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['lint', 'eslint', ['.']],
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['arrows', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'deploy', 'tests']],
  ['dead code', 'knip', []],
];

/** Runs the checks, so many at a time; a failed one is printed whole. Resolves with the number of failures. */
async function runChecks(atOnce) {
  const waiting = [...checks];
  let failed = 0;
  const worker = async () => {
    for (let check = waiting.shift(); check && !interrupted; check = waiting.shift()) {
      const [name, tool, args] = check;
      const startMs = Date.now();
      const { code, output } = await run(tool, args, { quiet: true });
      const seconds = Math.round((Date.now() - startMs) / 1000);
      say(`check ${name}: ${code === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
      if (code === 0) continue;
      failed += 1;
      say(output.trim());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed;
}

/** Sums the JSON report of vitest. A file that cannot be loaded has no tests in it, so it counts as one failure of its own. */
function countTests(report, exitCode) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
  };
}

/** One run of vitest. A quiet one is printed whole when something failed. */
async function runVitest(name, args, { quiet = false } = {}) {
  const report = reportFile(name);
  rmSync(report, { force: true });
  const vitest = join(modules, 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code, output } = await run(pinnedNode, [vitest, 'run', ...reporters, ...args], { quiet });
  if (quiet && code !== 0) say(output.trim());
  if (!existsSync(report)) return { passed: 0, skipped: 0, failed: 1 };
  return countTests(JSON.parse(readFileSync(report, 'utf8')), code);
}

/** What needs no service goes beside what waits for services most of its time. */
async function runAll() {
  const [apart, { failedChecks, unit }] = await Promise.all([
    runVitest('integration', ['--project', 'integration']),
    (async () => {
      const failedChecks = await runChecks(1);
      const unit = await runVitest('unit', ['--project', 'unit'], { quiet: true });
      say(`unit tests: ${unit.passed} passed, ${unit.failed} failed`);
      return { failedChecks, unit };
    })(),
  ]);
  const sum = (what) => apart[what] + unit[what];
  return { failedChecks, tests: { passed: sum('passed'), skipped: sum('skipped'), failed: sum('failed') } };
}

/** Named files or options go to vitest alone, after the checks. */
async function runSome(args) {
  const failedChecks = await runChecks(2);
  return { failedChecks, tests: await runVitest('some', args) };
}

async function test(args) {
  try {
    await prepare();
  } catch (error) {
    console.error(error instanceof SetupProblem ? error.message : error);
    say('0 passed, 1 failed');
    return 1;
  }
  const { failedChecks, tests } = await (args.length === 0 ? runAll() : runSome(args));
  if (tests.skipped > 0) say(`${tests.skipped} skipped`);
  if (failedChecks > 0) say(`${failedChecks} of ${checks.length} checks failed; their output is above`);
  const failed = tests.failed + failedChecks;
  say(`${tests.passed} passed, ${failed} failed`);
  return failed === 0 && tests.passed > 0 ? 0 : 1;
}

async function plumbline(args) {
  const { code } = await run(pinnedNode, [
    '--enable-source-maps',
    join(dist, 'apps', 'cli', 'src', 'main.js'),
    ...args,
  ]);
  return code;
}

async function prepare() {
  await alone(async () => {
    await install();
    await build();
  });
}

const commands = {
  start: async (args) => {
    await prepare();
    return plumbline(['start', ...args]);
  },
  run: async (args) => {
    await prepare();
    return plumbline(args);
  },
  build: async () => {
    await prepare();
    return 0;
  },
  test,
};

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (!command)
    throw new SetupProblem(`Unknown command "${name}": use one of ${Object.keys(commands).join(', ')}.`);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < minNodeMajor)
    throw new SetupProblem(
      `Node ${process.versions.node} is too old: install Node ${minNodeMajor} or newer.`,
    );
  process.exitCode = await command(args);
}

stopWithParent();
main().catch((error) => {
  console.error(error instanceof SetupProblem ? error.message : error);
  process.exitCode = 1;
});
