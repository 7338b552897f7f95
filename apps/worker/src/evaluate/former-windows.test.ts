import { EVALUATION_METHOD, monitorBodySchema, type RegistryDocument } from '#libs/contracts';
import type { Documents, MonitorContext, RecordedWindow } from '#libs/store';
import { describe, expect, it } from 'vitest';
import { formerWindows } from './former-windows.js';

const DAY_MS = 86_400_000;
const JUDGED_MS = 10 * DAY_MS;
const body = monitorBodySchema.parse({ name: 'drift', kind: 'drift', model: 'm', version: '1' });
const at = (days: number): string => new Date(days * DAY_MS).toISOString();
const revision = (days: number, rest: Partial<typeof body> = {}) =>
  ({
    project: 'p',
    kind: 'monitor',
    id: 'd',
    at: at(days),
    body: { ...body, ...rest },
  }) as RegistryDocument<'monitor'>;

type World = {
  history?: RegistryDocument<'monitor'>[];
  baselineAt?: number;
  marks?: { startMs: number; atMs: number }[];
  recorded?: Partial<RecordedWindow>;
};

/** One window, of the first day, that method 1 judged on the tenth. */
const sinceOf = async ({ history = [revision(1)], baselineAt = 1, marks = [], recorded = {} }: World) => {
  const entry = {
    startMs: 0,
    endMs: DAY_MS,
    inputs: 'i',
    revision: 1,
    method: 1,
    former: { inputs: 'i', atMs: JUDGED_MS },
  };
  const former = formerWindows({
    documents: { history: () => Promise.resolve(history) } as unknown as Documents,
    profiles: { markedSince: () => Promise.resolve(marks) },
    context: {
      monitor: history[0],
      baseline: { document: { at: at(baselineAt) } },
    } as unknown as MonitorContext,
    recorded: [{ ...entry, ...recorded }],
  });
  return (await former({ startMs: 0, endMs: DAY_MS }))?.since ?? null;
};

describe('formerWindows', () => {
  it.each<{ name: string; world: World; since: string | null }>([
    { name: 'nothing came', world: {}, since: 'nothing' },
    {
      name: 'rows came for another window',
      world: { marks: [{ startMs: DAY_MS, atMs: JUDGED_MS + 1 }] },
      since: 'nothing',
    },
    { name: 'rows had come before', world: { marks: [{ startMs: 0, atMs: JUDGED_MS }] }, since: 'nothing' },
    { name: 'rows came for it', world: { marks: [{ startMs: 0, atMs: JUDGED_MS + 1 }] }, since: 'rows' },
    {
      name: 'the monitor has another limit',
      world: { history: [revision(11, { minRows: 7 }), revision(1)] },
      since: 'asked',
    },
    {
      name: 'the monitor has another name',
      world: { history: [revision(11, { name: 'new' }), revision(1)] },
      since: 'nothing',
    },
    {
      name: 'the monitor had another limit before it was judged',
      world: { history: [revision(11, { name: 'new' }), revision(9), revision(1, { minRows: 7 })] },
      since: 'nothing',
    },
    { name: 'a newer baseline is compared with', world: { baselineAt: 11 }, since: 'asked' },
    {
      name: 'the present method judged it after that',
      world: { recorded: { method: EVALUATION_METHOD } },
      since: 'rows',
    },
    { name: 'no former method judged it', world: { recorded: { former: null } }, since: null },
  ])('$name: $since', async ({ world, since }) => {
    expect(await sinceOf(world)).toBe(since);
  });
});
