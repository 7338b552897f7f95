import type { NotifyJob } from '#libs/contracts';
import type { Store } from '#libs/store';
import { describe, expect, it } from 'vitest';
import { NoticeReconciler } from './reconcile-notices.js';

const always = new AbortController().signal;

function setUp() {
  const world = {
    channels: ['mail', 'slack'],
    told: [] as string[],
    queued: [] as string[],
    lookups: 0,
  };
  const store = {
    documents: {
      projects: () => Promise.resolve(['p']),
      list: () => Promise.resolve([{ body: { match: {}, channels: world.channels, sendResolved: true } }]),
    },
    notices: {
      unsent: () => Promise.resolve(['t']),
      forTransition: () => Promise.resolve(world.told.map((channel) => ({ channel }))),
    },
    alerts: {
      transition: () => {
        world.lookups += 1;
        return Promise.resolve({ transitionId: 't', kind: 'opened', state: {} });
      },
    },
  } as unknown as Store;
  const queue = {
    add: ({ channel }: NotifyJob, { id }: { id: string }) => {
      world.queued.push(`${channel} ${id}`);
      return Promise.resolve();
    },
  };
  return { world, tick: () => new NoticeReconciler({ store, queue, now: () => 0 }) };
}

describe('NoticeReconciler', () => {
  it('rings under the same id for every routed channel without an outcome', async () => {
    const { world, tick } = setUp();
    const reconciler = tick();
    await reconciler.tick(always);
    world.told.push('mail');
    await reconciler.tick(always);
    const channels = world.queued.map((each) => each.split(' ')[0]);
    expect(channels).toEqual(['mail', 'slack', 'slack']);
    expect(new Set(world.queued).size).toBe(2);
  });

  it('looks a settled transition up once, until routes change', async () => {
    const { world, tick } = setUp();
    const reconciler = tick();
    world.told.push('mail', 'slack');
    await reconciler.tick(always);
    await reconciler.tick(always);
    expect(world).toMatchObject({ lookups: 1, queued: [] });
    world.channels = ['mail', 'slack', 'pager'];
    await reconciler.tick(always);
    expect(world.queued).toHaveLength(1);
  });
});
