import { describe, expect, it } from 'vitest';
import { parseOffset, statusTable } from './stack-commands.js';

describe('statusTable', () => {
  it('aligns its columns and has a dash for what is not there', () => {
    expect(
      statusTable([
        {
          name: 'kafka',
          state: 'ready',
          address: '127.0.0.1:19092',
          pid: 7,
          startedAt: '2026-01-01T00:00:00.000Z',
        },
        { name: 'clickhouse', state: 'stopped', address: 'http://127.0.0.1:18123' },
      ]).split('\n'),
    ).toEqual([
      'service     state    address                 pid  since (UTC)',
      'kafka       ready    127.0.0.1:19092         7    2026-01-01T00:00:00.000Z',
      'clickhouse  stopped  http://127.0.0.1:18123  -    -',
    ]);
  });
});

describe('parseOffset', () => {
  it.each([
    ['100', 100],
    ['-5', -5],
    ['0', 0],
  ])('takes %s', (text, expected) => {
    expect(parseOffset(text)).toBe(expected);
  });

  it.each(['x', '1.5', '99999'])('refuses %s', (text) => {
    expect(() => parseOffset(text)).toThrow('whole number');
  });
});
