import { describe, expect, it } from 'vitest';
import { decideNotice, type NoticeFacts } from './decide.js';

const opened = { transitionId: 'o', kind: 'opened', routed: true } as const;
const updated = { transitionId: 'u', kind: 'updated', routed: true } as const;
const resolved = { transitionId: 'r', kind: 'resolved', routed: true } as const;
const facts = (given: Partial<NoticeFacts>): NoticeFacts => ({
  transitionId: 'o',
  history: [opened],
  logged: new Map(),
  silence: null,
  ...given,
});
const send = (as: string) => ({ kind: 'send', as });
const dropped = (outcome: string) => expect.objectContaining({ kind: 'drop', outcome }) as unknown;

describe('decideNotice', () => {
  it.each([
    ['an opening is told', facts({}), send('opened')],
    ['what was sent is settled', facts({ logged: new Map([['o', 'sent']]) }), { kind: 'settled' }],
    ['what failed for good is settled', facts({ logged: new Map([['o', 'failed']]) }), { kind: 'settled' }],
    [
      'a transition that no longer concerns the channel is settled',
      facts({ history: [{ ...opened, routed: false }] }),
      { kind: 'settled' },
    ],
    ['an unknown transition is settled', facts({ history: [] }), { kind: 'settled' }],
    [
      'an opening is not overtaken by an update that goes elsewhere',
      facts({ history: [opened, { ...updated, routed: false }] }),
      send('opened'),
    ],
    [
      'an opening is overtaken by its end, told here or not',
      facts({ history: [opened, { ...resolved, routed: false }] }),
      dropped('superseded'),
    ],
    ['an overtaken opening is skipped', facts({ history: [opened, updated] }), dropped('superseded')],
    [
      'an update follows its opening',
      facts({ transitionId: 'u', history: [opened, updated], logged: new Map([['o', 'sent']]) }),
      send('updated'),
    ],
    [
      'an update opens for those who never heard',
      facts({ transitionId: 'u', history: [opened, updated], logged: new Map([['o', 'superseded']]) }),
      send('opened'),
    ],
    [
      'an end is told to those who heard of it',
      facts({ transitionId: 'r', history: [opened, updated, resolved], logged: new Map([['u', 'sent']]) }),
      send('resolved'),
    ],
    [
      'an end is not told to others',
      facts({ transitionId: 'r', history: [opened, resolved], logged: new Map([['o', 'silenced']]) }),
      dropped('superseded'),
    ],
    ['a silence keeps it back', facts({ silence: 'maintenance' }), dropped('silenced')],
  ])('%s', (_, given, expected) => {
    expect(decideNotice(given)).toEqual(expected);
  });
});
