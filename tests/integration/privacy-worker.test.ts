import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentId, erasurePlace } from '#libs/contracts';
import { requireSecretKey, seal } from '#libs/platform';
import { rowsOf } from './store-fixture.js';
import {
  openWorld,
  PROJECT,
  startWorker,
  until,
  type WorkerUnderTest,
  type World,
} from './worker-fixture.js';

let world: World;
let worker: WorkerUnderTest | undefined;
beforeAll(async () => {
  world = await openWorld(9);
});
afterAll(async () => {
  await worker?.stop();
  await world.close();
});

test('a running worker takes up an order and counts the bucket anew', async () => {
  await world.day(1, { rowsPerHub: 24 });
  const selector = JSON.stringify({ prediction: '1-0' });
  const sealedSelector = seal(requireSecretKey(world.config), erasurePlace(PROJECT, 'first'), selector);
  await world.store.privacy.saveOrder({
    project: PROJECT,
    erasure: 'first',
    sealedSelector,
    nowMs: Date.now(),
  });
  await world.put('erasure', documentId('m', 'first'), {
    ...{ model: 'm', by: 'id', tag: '', selector: '', status: 'requested', ids: 0 },
    ...{ hiddenAt: null, purgedAt: null },
  });
  worker = await startWorker(world);
  await until(async () => {
    const erasure = await world.store.documents.get(PROJECT, 'erasure', documentId('m', 'first'));
    expect(erasure?.body).toMatchObject({ status: 'hidden', ids: 1 });
    const counted = `SELECT sum(rows) AS n FROM current_profiles WHERE origin = '' AND grain = 'bucket' AND segment = 'all' AND feature = 'distance'`;
    expect(await rowsOf(world.raw, counted)).toEqual([{ n: '47' }]);
  });
  expect(await rowsOf(world.raw, `SELECT count() AS n FROM predictions WHERE id = '1-0'`)).toEqual([
    { n: '0' },
  ]);
});
