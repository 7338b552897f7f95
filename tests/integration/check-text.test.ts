import { join } from 'node:path';
import type { FeatureCell, Profile } from '#libs/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import reference from '../fixtures/words/words.json' with { type: 'json' };
import { generator } from '../fixtures/stats/random.js';
import { breached, checkFixture, csv, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

const { written } = reference;
const NAME = 'unseen_words(comment)';
const CONFIG = `columns: { text: [comment], ignore: [n] }
monitors: [{ kind: drift, metrics: [mean_shift], min_rows: 2 }]`;

const cellOf = ({ cells }: Profile): FeatureCell =>
  cells.find((cell): cell is FeatureCell => 'feature' in cell && cell.feature === NAME)!;
const total = (shares: readonly (number | null)[]): number =>
  shares.reduce<number>((sum, share) => sum + (share ?? 0), 0);
const gaps = (shares: readonly (number | null)[]): number => shares.filter((share) => share === null).length;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const FILES = {
  csv: (texts: readonly string[]) =>
    `n,comment\n${texts.map((text, n) => `${n},${quoted(text)}`).join('\n')}\n`,
  jsonl: (texts: readonly string[]) => texts.map((comment, n) => JSON.stringify({ n, comment })).join('\n'),
};

test.each(['csv', 'jsonl', 'parquet'] as const)(
  'shares of unseen words in %s are those of a vectorizer on the same texts',
  async (format) => {
    const write = async (name: string, texts: readonly string[]): Promise<string> => {
      if (format !== 'parquet')
        return fixture.write({ name: `${name}.${format}`, text: FILES[format](texts) });
      const path = join(fixture.folder, `${name}.parquet`);
      const values = texts.map(
        (text, n) => `(${n}, base64Decode('${Buffer.from(text).toString('base64')}'))`,
      );
      await fixture.sql(
        `INSERT INTO FUNCTION file('${path}', Parquet, 'n UInt32, comment String') VALUES ${values.join(', ')}`,
      );
      return path;
    };
    const checked = await fixture.checkPaths({
      baseline: await write('before', written.texts),
      current: await write('now', written.new),
      config: fixture.write({ name: 'monitors.yaml', text: CONFIG }),
    });
    const before = cellOf(checked.baseline.profile);
    expect(before).toMatchObject({ rows: written.texts.length, nulls: gaps(written.others), invalid: 0 });
    expect(before).toHaveProperty('sum', expect.closeTo(total(written.others), 12));
    const now = cellOf(await checked.profileOf(checked.windows[0]!));
    expect(now).toMatchObject({ rows: written.new.length, nulls: gaps(written.shares), invalid: 0 });
    expect(now).toHaveProperty('sum', expect.closeTo(total(written.shares), 12));
  },
);

const ROWS = 1_500;
const word = (n: number): string =>
  Array.from(n.toString(26), (digit) => String.fromCodePoint(97 + Number.parseInt(digit, 26))).join('');
const comments = (seed: number, slang: number): string[] => {
  const random = generator(seed);
  return rows('comment,region', ROWS, () => {
    const region = random() < 0.5 ? 'eu' : 'us';
    const words = Array.from({ length: 4 + Math.floor(random() * 8) }, () => {
      const known = word(Math.floor(5_000 ** random()));
      return region === 'eu' && random() < slang ? `zz${known}` : known;
    });
    return `${words.join(' ')},${region}`;
  });
};
const segments = 'segments: [{ name: region, by: region }]';

test('a file of the same language is quiet, and the region that begins to speak another is named', async () => {
  const baseline = csv('before.csv', comments(1, 0));
  const same = parsed(
    await fixture.check({ baseline, current: csv('same.csv', comments(2, 0)), config: segments }),
  );
  expect(breached(same)).toEqual([]);
  expect(same.findings.some(({ feature, status }) => feature === NAME && status === 'ok')).toBe(true);
  expect(
    same.findings.filter(({ feature, monitor }) => feature === NAME && monitor === 'data_quality'),
  ).toEqual([]);
  const other = parsed(
    await fixture.check({ baseline, current: csv('other.csv', comments(3, 0.3)), config: segments }),
  );
  const named = other.findings.filter(({ status, feature }) => status === 'breached' && feature === NAME);
  expect(new Set(named.map(({ segment, segment_value }) => `${segment}=${segment_value}`))).toEqual(
    new Set(['all=in', 'region=eu']),
  );
});

test('a text of one row, or of none, is compared with nothing and breaches nothing', async () => {
  const baseline = csv('one.csv', ['comment,x', '"a word or two",1']);
  const empty = csv(
    'empty.csv',
    rows('comment,x', 200, (i) => `,${i}`),
  );
  const report = parsed(
    await fixture.check({ baseline, current: empty, config: 'columns: { text: [comment] }' }),
  );
  expect(breached(report)).toEqual([]);
});
