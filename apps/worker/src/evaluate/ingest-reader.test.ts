import { describe, expect, it } from 'vitest';
import { readIngest } from './ingest-reader.js';

const topics = { projects: { p: { predictions: 'a', groundTruth: 'b' } }, deadLetter: 'd' };
type Reading = { watermarkMs: number | null; behindSinceMs: number | null };
const read = (project: string, kind: 'drift' | 'quality', states: Record<string, Reading>) =>
  readIngest(
    {
      intake: {
        watermark: (_, topic) => Promise.resolve(states[topic] ?? { watermarkMs: null, behindSinceMs: null }),
      },
      topics,
      idleMs: 1,
    },
    { project, kind, nowMs: 0 },
  );
const states = { a: { watermarkMs: 50, behindSinceMs: null }, b: { watermarkMs: 20, behindSinceMs: 7 } };

describe('readIngest', () => {
  it.each([
    ['predictions alone for drift', 'p', 'drift', states, { watermarkMs: 50, behindSinceMs: null }],
    ['the slower of both topics for quality', 'p', 'quality', states, { watermarkMs: 20, behindSinceMs: 7 }],
    [
      'the other topic when one is idle',
      'p',
      'quality',
      { a: states.a },
      { watermarkMs: 50, behindSinceMs: null },
    ],
    ['the clock when all is idle', 'p', 'quality', {}, { watermarkMs: null, behindSinceMs: null }],
    [
      'the clock for a project without topics',
      'q',
      'drift',
      states,
      { watermarkMs: null, behindSinceMs: null },
    ],
  ] as const)('takes %s', async (_, project, kind, given, expected) => {
    expect(await read(project, kind, given)).toEqual(expected);
  });
});
