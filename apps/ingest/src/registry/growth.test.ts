import type { RegistryDocument } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { AUTHOR, grow } from './growth.js';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const revision = (ageMs: number, names: string[], by = AUTHOR): RegistryDocument<'version'> => ({
  project: 'p',
  kind: 'version',
  id: 'm/1',
  revision: 1,
  deleted: false,
  author: by,
  reason: by === AUTHOR ? 'features seen in events: x' : 'by hand',
  at: new Date(NOW_MS - ageMs).toISOString(),
  body: {
    model: 'm',
    version: '1',
    status: 'draft',
    features: names.map((name) => ({ name, type: 'numeric', role: 'input' })),
  },
});
const types = new Map([
  ['a', 'numeric'],
  ['new', 'categorical'],
] as const);
const limits = { nowMs: NOW_MS, perDay: 3 };

describe('grow', () => {
  it('appends unseen names after the known ones', () => {
    const growth = grow([revision(DAY_MS, ['b', 'a'])], types, limits);
    expect(growth).toMatchObject({
      kind: 'grow',
      features: [{ name: 'b' }, { name: 'a' }, { name: 'new', type: 'categorical', role: 'input' }],
    });
    expect(growth.kind === 'grow' && growth.reason).toContain('new');
  });

  it.each([
    { name: 'nothing new', history: [revision(DAY_MS, ['a', 'new'])], expected: { kind: 'none' } },
    {
      name: 'grown a moment ago',
      history: [revision(2_000, ['a'])],
      expected: { kind: 'later', why: 'debounced', untilMs: NOW_MS + 3_000 },
    },
    {
      name: 'changed by a person a moment ago',
      history: [revision(2_000, ['a'], 'ann')],
      expected: { kind: 'grow' },
    },
    {
      name: 'grown often enough today',
      history: [1, 2, 3].map((minutes) => revision(minutes * MINUTE_MS, ['a'])),
      expected: { kind: 'later', why: 'capped' },
    },
    {
      name: 'grown often, but not within a day',
      history: [MINUTE_MS, 2 * MINUTE_MS, DAY_MS + 1].map((ageMs) => revision(ageMs, ['a'])),
      expected: { kind: 'grow' },
    },
    {
      name: 'no room left',
      history: [
        revision(
          DAY_MS,
          Array.from({ length: 2_000 }, (_, index) => `f${index}`),
        ),
      ],
      expected: { kind: 'later', why: 'full' },
    },
  ])('$name', ({ history, expected }) => {
    expect(grow(history, types, limits)).toMatchObject(expected);
  });

  it('fills the last places only', () => {
    const full = revision(
      DAY_MS,
      Array.from({ length: 1_999 }, (_, index) => `f${index}`),
    );
    const growth = grow([full], types, limits);
    expect(growth.kind === 'grow' && growth.features).toHaveLength(2_000);
  });
});
