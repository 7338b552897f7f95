import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckReport } from '#libs/contracts';
import { checkoutRoot } from '../../deploy/local/index.js';
import { DRIFTED, DRIFTED_REGION, writeCheckData, type CheckData } from './check-data.js';
import type { BenchRow } from './services.js';

const ROWS = 500_000;
const folder = join(checkoutRoot, '.plumbline', 'bench', 'check');
const peers = join(checkoutRoot, 'tests', 'bench', 'peers');
const cli = join(checkoutRoot, 'dist', 'apps', 'cli', 'src', 'main.js');

const CONFIG = `segments: [{ name: region, by: region }, { name: plan, by: plan }]
monitors:
  - { kind: data_quality }
  - { kind: drift }
  - { kind: prediction_drift }
`;

type Run = { code: number; out: string; cpuSeconds: number; seconds: number; peakMiB: number };

/** The child's own account of CPU seconds and peak memory, of the whole process with all threads. */
async function measured(command: readonly string[]): Promise<Run> {
  const startedMs = performance.now();
  const child = spawn('/usr/bin/time', ['-f', 'plumbline-bench %U %S %M', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: { out: string[]; err: string[] } = { out: [], err: [] };
  child.stdout.on('data', (chunk: Buffer) => chunks.out.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => chunks.err.push(chunk.toString()));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? -1));
  });
  const err = chunks.err.join('');
  const [, user, system, peak] = /plumbline-bench ([\d.]+) ([\d.]+) (\d+)/.exec(err) ?? [];
  if (user === undefined || code > 1)
    throw new Error(`${command.join(' ')} ended with ${code}: ${err.slice(-2_000)}`);
  return {
    code,
    out: chunks.out.join(''),
    cpuSeconds: Number(user) + Number(system),
    seconds: (performance.now() - startedMs) / 1_000,
    peakMiB: Math.round(Number(peak) / 1_024),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
const figures = (what: string, run: Run, found: string): BenchRow => ({
  what,
  'CPU s': round(run.cpuSeconds),
  'wall s': round(run.seconds),
  'peak MiB': run.peakMiB,
  found,
});

async function ours(what: string, baseline: CheckData, current: CheckData): Promise<BenchRow> {
  const [config, out] = [join(folder, 'monitors.yaml'), join(folder, 'report.json')];
  await writeFile(config, CONFIG);
  const files = ['--baseline', baseline.path, '--current', current.path];
  const run = await measured([
    process.execPath,
    cli,
    'check',
    ...files,
    '--config',
    config,
    '--out',
    out,
    '--quiet',
  ]);
  const report = JSON.parse(await readFile(out, 'utf8')) as CheckReport;
  const places = report.findings
    // Distances between values see the region in all rows too, where it is a fifth of them; shares of rows see it where it is.
    .filter(({ status, metric }) => status === 'breached' && metric === 'psi')
    .map(({ segment, segment_value, feature }) => `${feature} in ${segment}=${segment_value}`);
  const found = [...new Set(places)].toSorted();
  const expected = DRIFTED.map((feature) => `${feature} in region=${DRIFTED_REGION}`).toSorted();
  if (found.join() !== expected.join())
    throw new Error(`found ${found.join(', ')}; expected ${expected.join(', ')}`);
  return figures(what, run, `${DRIFTED.join(', ')} in region=${DRIFTED_REGION}, nothing else`);
}

/** A peer in a Python environment of its own (--evidently=PATH, --nannyml=PATH: made from the requirements in tests/bench/peers). */
async function peer(
  what: string,
  environment: string | undefined,
  script: string,
  files: CheckData[],
): Promise<BenchRow[]> {
  if (environment === undefined) return [];
  const python = join(environment, 'bin', 'python');
  if (!existsSync(python))
    throw new Error(`${python} is not there; make the environment with python -m venv first`);
  const run = await measured([python, join(peers, script), ...files.map(({ path }) => path)]);
  const { drifted } = JSON.parse(run.out.trim().split('\n').at(-1) ?? '{}') as { drifted: string[] };
  return [figures(what, run, `${drifted.join(', ') || 'nothing'} (no segments)`)];
}

const data = (side: CheckData['side'], rows: number, format: CheckData['format'] = 'Parquet'): CheckData => ({
  path: join(
    folder,
    `${side}-${rows}.${{ Parquet: 'parquet', CSVWithNames: 'csv', JSONEachRow: 'jsonl' }[format]}`,
  ),
  format,
  rows,
  side,
});

/** checkBench: `plumbline check` on 500,000 + 500,000 rows × 20 features with two segment dimensions, each side a whole process. */
export async function checkBench(options: readonly string[]): Promise<BenchRow[]> {
  const valueOf = (name: string): string | undefined =>
    options.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3);
  await mkdir(folder, { recursive: true });
  const [baseline, current] = [data('baseline', ROWS), data('current', ROWS)];
  const text = [data('baseline', ROWS, 'CSVWithNames'), data('current', ROWS, 'CSVWithNames')] as const;
  const large = valueOf('large') === undefined ? [] : [data('current', Number(valueOf('large')))];
  const missing = [baseline, current, ...text, ...large].filter(({ path }) => !existsSync(path));
  if (missing.length > 0) await writeCheckData(missing);
  const rows = [
    await ours('plumbline check, Parquet, 10 segment values', baseline, current),
    await ours('plumbline check, CSV, 10 segment values', text[0], text[1]),
  ];
  for (const file of large)
    rows.push(
      await ours(`plumbline check, Parquet, ${file.rows.toLocaleString('en')} current rows`, baseline, file),
    );
  return [
    ...rows,
    ...(await peer('Evidently 0.7.23 DataDriftPreset', valueOf('evidently'), 'evidently_drift.py', [
      baseline,
      current,
    ])),
    ...(await peer('NannyML 0.13.1 univariate', valueOf('nannyml'), 'nannyml_drift.py', [baseline, current])),
  ];
}
