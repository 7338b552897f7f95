import { describe, expect, it } from 'vitest';

import { Liveness, STALLED_MS } from './liveness.js';

const standing = (next: bigint, end: bigint, partition = 0) => ({ topic: 't', partition, next, end });

const setup = (away: string[] = []) => new Liveness({ names: () => away });

describe('Liveness', () => {
  it('lives while nothing is assigned', () => {
    expect(setup().read(0)).toEqual({ ok: true });
  });

  it.each([
    { name: 'caught up for long', looks: [standing(5n, 5n), standing(5n, 5n)], ok: true },
    { name: 'behind, but moving', looks: [standing(5n, 9n), standing(6n, 9n)], ok: true },
    { name: 'behind and still', looks: [standing(5n, 9n), standing(5n, 9n)], ok: false },
  ])('$name: $ok', ({ looks, ok }) => {
    const liveness = setup();
    for (const [turn, look] of looks.entries()) liveness.observe([look], turn * (STALLED_MS + 1));
    expect(liveness.read(STALLED_MS + 1).ok).toBe(ok);
  });

  it('names the partition that stands still, and forgets one that moved to another process', () => {
    const liveness = setup();
    liveness.observe([standing(5n, 9n), standing(1n, 2n, 7)], 0);
    liveness.observe([standing(5n, 9n)], 1);
    expect(liveness.read(STALLED_MS + 2)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/t\/0$/) as string,
    });
  });

  it('counts a known outage as alive: a restart brings no service back', () => {
    const liveness = setup(['ClickHouse']);
    liveness.observe([standing(5n, 9n)], 0);
    expect(liveness.read(STALLED_MS * 2)).toEqual({ ok: true, detail: 'waiting for ClickHouse' });
  });
});
