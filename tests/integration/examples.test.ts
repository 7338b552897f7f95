import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, inject, it } from 'vitest';
import { childEnvironment } from '#libs/platform';
import { freshIngest, type IngestUnderTest } from './ingest-fixture.js';

const run = promisify(execFile);
/** Inside the checkout, so that the packages are found from there. */
const folder = join(import.meta.dirname, '../../.plumbline/examples');
const examples = join(import.meta.dirname, '../../deploy/examples');
let ingest: IngestUnderTest;
afterEach(async () => {
  await ingest.close();
  await rm(folder, { recursive: true, force: true });
});

/** The example as it stands, but for the names of the topics. */
async function example(name: string): Promise<string> {
  const { predictions, groundTruth } = ingest.topics;
  const text = await readFile(join(examples, name), 'utf8');
  expect(text).toContain('plumbline.predictions');
  expect(text).toContain('plumbline.ground-truth');
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(
    path,
    text.replaceAll('plumbline.predictions', predictions).replaceAll('plumbline.ground-truth', groundTruth),
  );
  return path;
}

const env = () => childEnvironment({ KAFKA_BROKERS: inject('kafkaBrokers') });

/** The draft that the first event of an unknown model makes, and the labelled row. */
async function expectStored(output: string): Promise<void> {
  const id = /ground truth ([0-9a-f-]{36})/.exec(output)?.[1];
  expect(id).toBeDefined();
  const running = await ingest.start();
  await ingest.settled();
  expect(await ingest.rows(`SELECT id, label, score FROM predictions FINAL`)).toEqual([
    { id, label: 'late', score: 0.81 },
  ]);
  expect(await ingest.rows(`SELECT id, label FROM labels FINAL WHERE NOT retracted`)).toEqual([
    { id, label: 'late' },
  ]);
  await running.stop();
  const draft = await ingest.store.documents.get('default', 'version', 'my-model/1');
  expect(draft?.body).toMatchObject({
    status: 'draft',
    features: [
      { name: 'distance', type: 'numeric' },
      { name: 'origin', type: 'categorical' },
    ],
  });
}

it('the Node example sends a prediction and its ground truth', async () => {
  ingest = await freshIngest();
  const { stdout } = await run(process.execPath, [await example('send-events.mjs')], { env: env() });
  await expectStored(stdout);
});

/** A Python with confluent-kafka: the one that is named, else one made for this run where pip can get the package. */
async function python(): Promise<string | undefined> {
  const home = join(tmpdir(), 'plumbline-example-python');
  const own = join(home, 'bin', 'python');
  try {
    if (!existsSync(own)) await run('python3', ['-m', 'venv', home], { timeout: 60_000 });
    await run(own, ['-c', 'import confluent_kafka']).catch(() =>
      run(own, ['-m', 'pip', 'install', '--quiet', 'confluent-kafka==2.16.1'], { timeout: 100_000 }),
    );
    return own;
  } catch (error) {
    process.stderr.write(`The Python example is not tested: ${String(error).split('\n')[0] ?? ''}\n`);
    return undefined;
  }
}

it('the Python example sends a prediction and its ground truth', { timeout: 240_000 }, async (context) => {
  ingest = await freshIngest();
  const interpreter = await python();
  if (interpreter === undefined) return context.skip();
  const { stdout } = await run(interpreter, [await example('send_events.py')], { env: env() });
  await expectStored(stdout);
});
