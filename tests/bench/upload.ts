import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '#libs/store';
import { apiClient } from '../../apps/cli/src/demo/api-client.js';
import { peakMib, withApp, type AppProcess } from './app-process.js';
import { withServices, type BenchRow } from './services.js';

const ROWS = 1_000_000;
const NUMERIC = 15;
const CATEGORICAL = 5;
const MIB = 1_048_576;
const START_MS = Date.UTC(2026, 0, 1);

/** Seeded lines of a training file: 20 features, time, label, predicted label and score. */
function* lines(): Generator<string> {
  let state = 7;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const names = [
    ...Array.from({ length: NUMERIC }, (_, i) => `x${i}`),
    ...Array.from({ length: CATEGORICAL }, (_, i) => `c${i}`),
  ];
  yield `ts,label,predicted,score,${names.join(',')}\n`;
  for (let row = 0; row < ROWS; row++) {
    const values = names.map((_, i) =>
      i < NUMERIC ? (next() + next()).toFixed(6) : `v${Math.floor(next() * (3 + 10 * (i - NUMERIC)))}`,
    );
    const score = next();
    const time = new Date(START_MS + row * 2_500).toISOString();
    yield `${time},${next() < score ? 'yes' : 'no'},${score > 0.5 ? 'yes' : 'no'},${score.toFixed(4)},${values.join(',')}\n`;
  }
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const ok = await fetch(`${url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await delay(200);
  }
  throw new Error(`${url} is not ready`);
}

/** A training file of a million rows through the public API, from the first byte to the answer: rows stored, binned, profiled, monitors suggested. */
export const uploadBench = (): Promise<BenchRow[]> =>
  withServices(['clickhouse', 'redis'], async (addresses) => {
    const home = await mkdtemp(join(tmpdir(), 'plumbline-upload-'));
    const file = join(home, 'training.csv');
    await pipeline(Readable.from(lines()), createWriteStream(file));
    const clickhouse = {
      url: addresses.clickhouseUrl,
      user: addresses.clickhouseUser,
      password: addresses.clickhousePassword,
      database: 'upload',
    };
    await migrate(clickhouse);
    try {
      return await withApp('api', { addresses, database: clickhouse.database }, async (app) => [
        await upload(app, file),
      ]);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

async function upload({ url, home, pid }: AppProcess, file: string): Promise<BenchRow> {
  await untilReady(url);
  const api = apiClient(url, (await readFile(join(home, 'admin.key'), 'utf8')).trim());
  const model = '/v1/projects/default/models/m';
  await api.put(model, { problem: 'binary', positiveLabel: 'yes' });
  const columns = { time: 'ts', label: 'label', predictionLabel: 'predicted', score: 'score' };
  const query = new URLSearchParams({ name: 'first', columns: JSON.stringify(columns) });
  const startedMs = performance.now();
  await api.upload(`${model}/versions/1/baselines?${query}`, 'text/csv', createReadStream(file));
  return {
    rows: ROWS,
    columns: NUMERIC + CATEGORICAL,
    'file MiB': Math.round((await stat(file)).size / MIB),
    seconds: Number(((performance.now() - startedMs) / 1_000).toFixed(1)),
    'peak MiB of the API': await peakMib(pid),
  };
}
