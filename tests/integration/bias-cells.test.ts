import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  biasSettingsSchema,
  combinationsOf,
  facetSets,
  type BiasPlan,
  type FacetCell,
  type Profile,
} from '#libs/contracts';
import { mergeProfiles } from '#libs/monitoring';
import { createStore, planHash, type ProfilePlan, type Store } from '#libs/store';
import { SEGMENTS, type Row } from './profiles-model.js';
import { PLAN, randomRow, seeded, stored, truthOf } from './profiles-rows.js';
import { batch, DAY_MS, freshDatabase, HOUR_MS } from './store-fixture.js';

const FIRST_MS = Date.UTC(2026, 3, 1, 22);
const BUCKETS = 30;

const SETTINGS = biasSettingsSchema.parse({
  facets: [
    { name: 'colour', feature: 'colour', disfavoured: ['red', 'gr"ün', 'never seen'] },
    { name: 'late hours', feature: 'hour', above: 5 },
    { name: 'member', feature: 'member', disfavoured: [false], favoured: [true] },
    {
      name: 'plain',
      feature: 'plain',
      ranges: [
        { value: 'low', below: 3 },
        { value: 'five', from: 5, below: 6, disfavoured: false },
      ],
    },
    { name: 'number', feature: 'hour', disfavoured: ['6', 19] },
    { name: 'weight', tag: 'weight', below: 2 },
    { name: 'gone', feature: 'no such feature', disfavoured: ['x'] },
    { name: 'colours', feature: 'colour', disfavoured: ['never seen', ['red', 'gr"ün']] },
    { name: 'numbers', feature: 'hour', disfavoured: [[6, '19'], 3] },
  ],
  intersections: [
    ['late hours', 'colour'],
    ['member', 'plain', 'weight'],
  ],
});

const BIAS: BiasPlan = {
  facets: SETTINGS.facets,
  intersections: SETTINGS.intersections,
  group: { tag: 'region' },
  groups: ["nor'th", 'south'],
  // The negative label is the outcome that people want; a high score speaks against it.
  favourable: ['punctual'],
  scoreFavours: false,
  scoreThreshold: 0.25,
};
const PLAN_WITH_FACETS: ProfilePlan = { ...PLAN, bias: BIAS };

/** Level of each facet, written by hand; 0 is nobody's. */
const LEVELS: Record<string, (row: Row) => number> = {
  colour: ({ texts }) => {
    const colour = texts['colour'] ?? '\0';
    return colour === '\0' || colour === '\x01' ? 0 : colour === 'red' ? 2 : colour === 'gr"ün' ? 3 : 1;
  },
  'late hours': ({ numbers }) => {
    const hour = numbers['hour'] ?? NaN;
    return Number.isNaN(hour) ? 0 : hour > 5 ? 2 : 1;
  },
  member: ({ texts }) => (texts['member'] === 'true' ? 1 : texts['member'] === 'false' ? 2 : 0),
  plain: ({ numbers }) => {
    const x = numbers['plain'] ?? NaN;
    return x < 3 ? 1 : x >= 5 && x < 6 ? 2 : 0;
  },
  number: ({ numbers }) => {
    const hour = numbers['hour'] ?? NaN;
    return Number.isNaN(hour) ? 0 : hour === 6 ? 2 : hour === 19 ? 3 : 1;
  },
  weight: ({ tags }) => {
    const weight = Number(tags['weight'] ?? 'none');
    return Number.isNaN(weight) ? 0 : weight < 2 ? 2 : 1;
  },
  gone: () => 0,
  colours: (row) => [0, 1, 3, 3][LEVELS['colour']!(row)] ?? 0,
  numbers: (row) => (row.numbers['hour'] === 3 ? 3 : ([0, 1, 2, 2][LEVELS['number']!(row)] ?? 0)),
};

const outcome = (label: string): number => (label === '' ? 0 : label === 'punctual' ? 1 : 2);
const predicted = ({ label, score }: Row): number =>
  label !== '' ? outcome(label) : Number.isNaN(score) ? 0 : score >= 0.25 ? 2 : 1;

function expectedFacets(rows: readonly Row[]): FacetCell[] {
  const groups = [
    { segment: 'all', segmentValue: 'in', rows },
    ...SEGMENTS.flatMap(({ name, valueOf }) =>
      [...Map.groupBy(rows, valueOf)].flatMap(([value, of]) =>
        value === undefined ? [] : [{ segment: name, segmentValue: value, rows: of }],
      ),
    ),
  ];
  return groups.flatMap(({ rows: of, ...value }) =>
    facetSets(BIAS).map((set) => {
      const counts = new Array<number>(combinationsOf(set) * 3 * 9).fill(0);
      for (const row of of) {
        const combination = set.facets.reduce(
          (at, { name }, index) => at * (set.levels[index]!.length + 1) + LEVELS[name]!(row),
          0,
        );
        const group = ["nor'th", 'south'].indexOf(row.tags['region'] ?? '') + 1;
        const slot = (combination * 3 + group) * 9 + outcome(row.truth) * 3 + predicted(row);
        counts[slot] = (counts[slot] ?? 0) + 1;
      }
      const labelled = of.filter(({ truth }) => truth !== '').length;
      return { ...value, feature: set.name, kind: 'facet', rows: of.length, labelled, counts } as const;
    }),
  );
}

const byKey = (cells: readonly FacetCell[] = []): Record<string, FacetCell> =>
  Object.fromEntries(cells.map((cell) => [[cell.segment, cell.segmentValue, cell.feature].join('|'), cell]));

let drop: () => Promise<void>;
let store: Store;
const rows: Row[] = [];

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  store = createStore(fresh.config);
  const random = seeded(5);
  for (let at = 0; at < 900; at += 1)
    rows.push(randomRow(random, `id-${at}`, FIRST_MS + Math.floor(random() * BUCKETS) * HOUR_MS));
  const predictions = rows.map((row, at) => stored(row, at, { short: false }));
  for (const row of rows) if (random() < 0.6) row.truth = random() < 0.5 ? 'late' : 'punctual';
  const labels = rows.filter(({ truth }) => truth !== '').map((row, at) => truthOf(row, 2_000 + at));
  await store.intake.write(batch({ predictions, labels }));
  for (;;) if (!(await store.labels.link('p', 100_000)).more) break;
  const dirty = await store.profiles.dirtyBuckets(PLAN_WITH_FACETS, 100);
  await store.profiles.compute(PLAN_WITH_FACETS, dirty);
}, 60_000);

afterAll(async () => {
  await store.close();
  await drop();
});

test('facets and intersections are counted by group, truth and prediction, late labels included', async () => {
  const profile = await store.profiles.read(PLAN_WITH_FACETS, 'all');
  expect(byKey(profile.facets)).toEqual(byKey(expectedFacets(rows)));
});

test('days of facet cells add up to the whole', async () => {
  const window = { startMs: FIRST_MS, endMs: FIRST_MS + BUCKETS * HOUR_MS };
  const chunks = await store.profiles.chunks(PLAN_WITH_FACETS, window);
  expect(chunks.length).toBeGreaterThan(1);
  const merged: Profile = mergeProfiles(chunks);
  expect(byKey(merged.facets)).toEqual(byKey((await store.profiles.read(PLAN_WITH_FACETS, window)).facets));
  const [first] = chunks;
  const firstDay = rows.filter(({ bucketMs }) => bucketMs < first!.startMs + DAY_MS);
  expect(byKey(first?.facets)).toEqual(byKey(expectedFacets(firstDay)));
});

test('facets are part of the plan: another threshold is another count, no facets leave the plan as it was', () => {
  const other = { ...BIAS, scoreThreshold: 0.5 };
  expect(planHash({ ...PLAN, bias: other })).not.toBe(planHash(PLAN_WITH_FACETS));
  expect(planHash({ ...PLAN, bias: null })).toBe(planHash(PLAN));
});
