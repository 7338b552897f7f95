import type {
  BinningBody,
  ConfusionCell,
  Feature,
  FeatureBinning,
  NumericCell,
  ProfileCell,
  RowsCell,
  SegmentBody,
} from '#libs/contracts';

/** A second implementation of profiles, written row by row, for comparison with the one in SQL. */

export const SCHEMA: Feature[] = [
  { name: 'plain', type: 'numeric', role: 'input' },
  { name: 'colour', type: 'categorical', role: 'input' },
  { name: 'holes', type: 'numeric', role: 'input' },
  { name: 'member', type: 'boolean', role: 'input' },
  { name: 'hour', type: 'numeric', role: 'context' },
  { name: 'late addition', type: 'numeric', role: 'input' },
  { name: "o'brien\\`{x: String}", type: 'categorical', role: 'input' },
  { name: 'plate', type: 'identifier', role: 'input' },
];

export const BINNINGS: FeatureBinning[] = [
  // An atom at 5 in its own bin; values below 0 and above 9 are outside.
  { feature: 'plain', kind: 'numeric', edges: [0, 2.5, 5, 5.000000000000001, 7], max: 9 },
  {
    feature: 'holes',
    kind: 'numeric',
    edges: [-1e9, 0, Number.MIN_VALUE, 0.1, 0.30000000000000004],
    max: 1e300,
  },
  { feature: 'late addition', kind: 'numeric', edges: [1], max: 1 },
  { feature: 'colour', kind: 'categorical', categories: ['red', 'gr"ün', "o'range"] },
  { feature: 'member', kind: 'categorical', categories: ['true', 'false'] },
  { feature: "o'brien\\`{x: String}", kind: 'categorical', categories: [] },
  { feature: 'prediction.score', kind: 'numeric', edges: [0, 0.25, 0.5, 0.75], max: 1 },
  { feature: 'prediction.label', kind: 'categorical', categories: ['late', 'punctual'] },
  { feature: 'plate', kind: 'categorical', categories: [], distinct: true },
  { feature: 'gone', kind: 'numeric', edges: [0], max: 1 },
];

export const BINNING: BinningBody = { model: 'm', version: '1', hash: 'ab'.repeat(8), features: BINNINGS };

/** What a row says, independent of how it is stored. */
export type Row = {
  id: string;
  bucketMs: number;
  numbers: Record<string, number>;
  texts: Record<string, string>;
  label: string;
  score: number;
  tags: Record<string, string>;
  truth: string;
};

type Case = { name: string; body: SegmentBody; valueOf: (row: Row) => string | undefined };

const dimension = (
  name: string,
  body: Partial<Extract<SegmentBody, { kind: 'dimension' }>>,
  valueOf: (row: Row) => string,
): Case => ({ name, body: { kind: 'dimension', model: 'm', values: null, ...body }, valueOf });

const predicate = (
  name: string,
  where: Extract<SegmentBody, { kind: 'predicate' }>['where'],
  holds: (row: Row) => boolean,
): Case => ({
  name,
  body: { kind: 'predicate', model: 'm', where },
  valueOf: (row) => (holds(row) ? 'in' : undefined),
});

const oneOf = (value: string | undefined, values: readonly string[]): string =>
  value !== undefined && values.includes(value) ? value : 'other';
const hour = ({ numbers }: Row): number => numbers['hour'] ?? NaN;
const isSouth = ({ tags }: Row): boolean => tags['region'] === 'south';

export const SEGMENTS: Case[] = [
  dimension('region', { tag: 'region', values: ['south', "nor'th", 'other'] }, ({ tags }) =>
    oneOf(tags['region'], ['south', "nor'th"]),
  ),
  dimension('colour', { feature: 'colour', values: ['gr"ün', 'red'] }, ({ texts }) =>
    oneOf(texts['colour'], ['gr"ün', 'red']),
  ),
  dimension('empty text', { tag: 'region', values: [''] }, ({ tags }) => oneOf(tags['region'], [''])),
  // What stands for an absent text is no value.
  dimension('marker', { feature: 'colour', values: ['\0', 'red'] }, ({ texts }) =>
    oneOf(texts['colour'], ['red']),
  ),
  dimension('unfrozen', { feature: 'colour' }, () => 'other'),
  dimension('absent', { feature: 'no such', values: ['x'] }, () => 'other'),
  dimension('hours', { feature: 'hour', values: ['1', '2.0', 'no number'] }, (row) =>
    hour(row) === 1 ? '1' : hour(row) === 2 ? '2.0' : 'other',
  ),
  dimension(
    'part',
    {
      feature: 'hour',
      ranges: [
        { value: 'night', below: 6 },
        { value: 'day', from: 6, below: 20 },
        { value: 'night', from: 20, below: 24 },
      ],
    },
    (row) =>
      hour(row) < 6 || (hour(row) >= 20 && hour(row) < 24)
        ? 'night'
        : hour(row) >= 6 && hour(row) < 20
          ? 'day'
          : 'other',
  ),
  predicate('south', { tag: 'region', equals: 'south' }, isSouth),
  // A row without the tag is neither in `south` nor in its negation.
  predicate(
    'not south',
    { not: { tag: 'region', equals: 'south' } },
    (row) => row.tags['region'] !== undefined && !isSouth(row),
  ),
  predicate('no region', { tag: 'region', isNull: true }, ({ tags }) => tags['region'] === undefined),
  predicate(
    'some holes',
    { feature: 'holes', isNull: false },
    ({ numbers }) => !Number.isNaN(numbers['holes'] ?? NaN),
  ),
  predicate(
    'members of colour',
    {
      all: [
        { feature: 'member', equals: true },
        {
          any: [
            { feature: 'colour', in: ['red', "o'range"] },
            { feature: 'plain', from: 5 },
          ],
        },
      ],
    },
    ({ numbers, texts }) =>
      texts['member'] === 'true' &&
      (['red', "o'range"].includes(texts['colour'] ?? '') ||
        (Number.isFinite(numbers['plain']) && (numbers['plain'] ?? NaN) >= 5)),
  ),
  predicate('early', { feature: 'hour', in: [0, '1', 2, true] }, (row) => [0, 1, 2].includes(hour(row))),
  predicate('weight 1', { tag: 'weight', from: 1, below: 2 }, ({ tags }) => {
    const weight = Number(tags['weight'] ?? 'x');
    return weight >= 1 && weight < 2;
  }),
];

function numericCell(
  binning: Extract<FeatureBinning, { kind: 'numeric' }>,
  values: readonly number[],
): Omit<NumericCell, 'segment' | 'segmentValue'> {
  const { edges, max } = binning;
  const finite = values.filter((x) => Number.isFinite(x)).map((x) => x + 0);
  const inside = finite.filter((x) => x >= edges[0]! && x <= max);
  const under = finite.filter((x) => x < edges[0]!);
  const over = finite.filter((x) => x > max);
  const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);
  return {
    kind: 'numeric',
    feature: binning.feature,
    rows: values.length,
    nulls: values.filter((x) => Number.isNaN(x)).length,
    invalid: values.filter((x) => x === Infinity).length,
    counts: edges.map(
      (edge, at) => inside.filter((x) => x >= edge && x < (edges[at + 1] ?? Infinity)).length,
    ),
    under: under.length,
    underSum: sum(under),
    over: over.length,
    overSum: sum(over),
    min: finite.length === 0 ? null : Math.min(...finite),
    max: finite.length === 0 ? null : Math.max(...finite),
    sum: sum(finite),
    sumSquares: sum(finite.map((x) => x * x)),
    negatives: edges[0]! >= 0 ? finite.filter((x) => x < 0).length : 0,
  };
}

const countBy = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]));

/** How many differ within each bucket, added up. */
const distinctOf = (rows: readonly Row[], what: (row: Row) => string): number =>
  new Set(rows.map((row) => `${row.bucketMs} ${what(row)}`)).size;

/** What tells two rows apart: every value that is counted. */
const contentOf = ({ numbers, texts, label, score }: Row): string => {
  const number = (name: string) => String((numbers[name] ?? NaN) + 0);
  const counted = BINNINGS.filter(({ feature }) => !feature.startsWith('prediction.'));
  const values = counted.map(({ feature, kind }) =>
    kind === 'numeric' ? number(feature) : (texts[feature] ?? '\0'),
  );
  return JSON.stringify([values, label, String(score)]);
};

const rowsOf = (rows: readonly Row[]): Omit<RowsCell, 'segment' | 'segmentValue'> => ({
  kind: 'rows',
  feature: '',
  rows: rows.length,
  distinct: distinctOf(rows, contentOf),
});

function cellOf(binning: FeatureBinning, rows: readonly Row[]): object {
  const { feature } = binning;
  if (binning.kind === 'numeric')
    return numericCell(
      binning,
      rows.map((row) => (feature === 'prediction.score' ? row.score : (row.numbers[feature] ?? NaN))),
    );
  const values = rows.map((row) =>
    feature === 'prediction.label' ? row.label || '\0' : (row.texts[feature] ?? '\0'),
  );
  const present = values.filter((value) => value !== '\0' && value !== '\x01');
  const unseen = present.filter((value) => !binning.categories.includes(value));
  const plates = distinctOf(
    rows.filter(({ texts }) => (texts[feature] ?? '\0') !== '\0'),
    ({ texts }) => texts[feature] ?? '',
  );
  return {
    kind: 'categorical',
    feature,
    rows: rows.length,
    nulls: values.filter((value) => value === '\0').length,
    invalid: values.filter((value) => value === '\x01').length,
    counts: binning.categories.map((category) => present.filter((value) => value === category).length),
    unseen: unseen.length,
    topUnseen: binning.distinct === true ? {} : countBy(unseen),
    ...(binning.distinct === true && plates > 0 && { distinct: plates }),
  };
}

function confusionOf(rows: readonly Row[]): Omit<ConfusionCell, 'segment' | 'segmentValue'> {
  const labelled = rows.filter(({ truth }) => truth !== '');
  const counts = [...Map.groupBy(labelled, ({ truth }) => truth)].map(([truth, of]) => [
    truth,
    countBy(of.map(({ label }) => label)),
  ]);
  return {
    kind: 'confusion',
    feature: '',
    rows: rows.length,
    labelled: labelled.length,
    counts: Object.fromEntries(counts) as ConfusionCell['counts'],
  };
}

/** Cells of `all` and of every segment value that has rows. */
export function expectedCells(rows: readonly Row[], segments: readonly Case[] = SEGMENTS): ProfileCell[] {
  if (rows.length === 0) return [];
  const groups = [
    { segment: 'all', segmentValue: 'in', rows },
    ...segments.flatMap(({ name, valueOf }) =>
      [...Map.groupBy(rows, valueOf)].flatMap(([value, of]) =>
        value === undefined ? [] : [{ segment: name, segmentValue: value, rows: of }],
      ),
    ),
  ];
  return groups.flatMap(({ segment, segmentValue, rows: of }) =>
    [
      ...BINNINGS.filter(({ feature }) => feature !== 'gone').map((binning) => cellOf(binning, of)),
      confusionOf(of),
      rowsOf(of),
    ].map((cell) => ({ segment, segmentValue, ...cell }) as ProfileCell),
  );
}

const rounded = (value: number): number => (value === 0 ? 0 : Number(value.toPrecision(10)));
const keyOf = (cell: ProfileCell): string =>
  [cell.segment, cell.segmentValue, cell.kind, cell.feature].join('|');

/** Cells by key, sums of floats rounded: their last digits depend on the order of adding. */
export const comparable = (cells: readonly ProfileCell[]): Record<string, unknown> =>
  Object.fromEntries(
    cells.map((cell) => [
      keyOf(cell),
      cell.kind === 'numeric'
        ? {
            ...cell,
            sum: rounded(cell.sum),
            sumSquares: rounded(cell.sumSquares),
            underSum: rounded(cell.underSum),
            overSum: rounded(cell.overSum),
          }
        : cell,
    ]),
  );
