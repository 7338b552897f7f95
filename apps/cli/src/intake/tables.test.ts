import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parsePosition } from './commands.js';
import { accountingText, entryText, replayText, type Entry, type Ingestion } from './tables.js';

const ingestion: Ingestion = {
  items: [
    {
      ...{ topic: 'orders', partition: 0, received: 7, accepted: 5, quarantined: 2 },
      ...{ current: 4, duplicates: 1, amended: 0, first: '0', last: '9' },
    },
  ],
  totals: { received: 7, accepted: 5, quarantined: 2, missing: 3, openGaps: 1, balanced: true },
  gaps: [
    {
      ...{ topic: 'orders', partition: 0, from: '4', to: '6', records: 3, cause: 'skipped' },
      ...{ since: '2026-01-01T00:00:00.000Z', acknowledged: null },
    },
  ],
  models: [{ model: 'm', watermark: null, lagRecords: 0, lastEvent: null }],
};
const entry: Entry = {
  ...{ topic: 'orders', partition: 0, offset: '3', incarnation: 'i', brokerTime: '2026-01-01T00:00:00.000Z' },
  ...{ reason: 'not_json', field: '', message: 'is not JSON', key: 'k', headers: { source: 'shop' } },
  ...{ raw: 'e30=', text: '{}', rawBytes: 2, rawIsWhole: true, replayedAt: null },
};

describe('what the commands print', () => {
  it('says first whether the account is whole', () => {
    const [first, table, gaps] = accountingText(ingestion).split('\n\n');
    expect(first).toBe('7 received = 5 accepted + 2 quarantined. 3 records are missing.');
    expect(table?.split('\n')[1]).toMatch(/^orders +0 +7 +5 +2 +4 +1 +0 +0–9$/);
    expect(gaps).toMatch(/orders +0 +4–6 +3 +skipped/);
    const wrong = { ...ingestion, totals: { ...ingestion.totals, balanced: false, missing: 0 } };
    expect(accountingText(wrong)).toMatch(/Nothing is missing\. The numbers do not agree/);
  });

  it('shows an event as text, and as base64 where it is none', () => {
    expect(entryText(entry)).toMatch(/header source +shop[\s\S]*\n\n\{\}$/);
    expect(entryText({ ...entry, text: null, rawIsWhole: false })).toMatch(
      /only the beginning is kept[\s\S]*e30=\n\(base64/,
    );
  });

  it('says what a dry run would do, and what a replay has done', () => {
    const replay = { id: 'r', state: 'done', note: '', dryRun: true, accepted: 2, refused: 1, outcomes: [] };
    expect(replayText(replay)).toBe('2 events would be accepted, 1 would stay. Nothing was changed.');
    const outcomes = [{ ...entry, accepted: false }];
    expect(replayText({ ...replay, dryRun: false, outcomes })).toMatch(
      /^2 events were accepted, 1 stay\.\n\n.*\norders +0 +3 +not_json/,
    );
    expect(replayText({ ...replay, state: 'requested' })).toMatch(/not done yet.*--id r/);
    expect(replayText({ ...replay, state: 'failed', note: 'why' })).toBe('The replay r failed: why');
  });

  it('reads positions', () => {
    expect(parsePosition('plumbline.predictions/3/42')).toEqual({
      ...{ topic: 'plumbline.predictions', partition: 3, offset: '42' },
    });
    for (const text of ['x', 'x/1', 'x/1/a', '/1/2', 'x/y/1/2'])
      expect(() => parsePosition(text)).toThrow(InvalidArgumentError);
  });
});
