import { ALL_SEGMENT, SEGMENT_IN } from '#libs/contracts';
import { Bindings } from '../segments/bindings.js';
import { segmentColumns, type NamedSegment } from '../segments/segment-column.js';
import type { ProfilePlan } from './plan.js';

/** How one pass over rows counts `all` and every segment: each is a grouping set of its own. */
export type Grouping = {
  /** Select list entries over the rows: one key per segment. Empty, or ending with a comma. */
  keys: string;
  /** Key columns of a group, to select and to group by. Empty, or starting with a comma. */
  columns: string;
  /** `GROUPING SETS (…)`; `also` are columns that belong to every set. */
  sets: (also?: string) => string;
  /** How many combinations of segment values there can be; 0 where counting those first is not worth it. */
  combinations: number;
  /** SQL condition over a group: it is a value of its segment, not what lies outside. */
  isValue: string;
  segment: string;
  segmentValue: string;
};

/** Segments that one statement counts: the time to analyse it grows with their square. */
const SEGMENTS_PER_STATEMENT = 25;

export type SegmentPart = { segments: NamedSegment[]; withAll: boolean };

/** segmentParts: the segments of a plan in parts that one statement can count, `all` with the first. */
export function segmentParts({ segments }: ProfilePlan): SegmentPart[] {
  const parts = [{ segments: segments.slice(0, SEGMENTS_PER_STATEMENT), withAll: true }];
  for (let at = SEGMENTS_PER_STATEMENT; at < segments.length; at += SEGMENTS_PER_STATEMENT)
    parts.push({ segments: segments.slice(at, at + SEGMENTS_PER_STATEMENT), withAll: false });
  return parts;
}

/** Beyond these rows are so few for each that counting them for every segment costs no more. */
const MAX_COMBINATIONS = 256;

/** A row is in one of the values of every segment, or outside. */
function combinationsOf(values: readonly number[]): number {
  const combinations = values.reduce((product, count) => product * (count + 1), 1);
  return values.length > 0 && combinations <= MAX_COMBINATIONS ? combinations : 0;
}

/** groupsOf: the groups that a statement holds at once for one bucket, at most. */
export function groupsOf(plan: ProfilePlan): number {
  const each = segmentParts(plan).map(({ segments }) => {
    const values = segmentColumns(segments, plan.features, new Bindings()).map(
      (column) => column.values.length,
    );
    return values.reduce((sum, count) => sum + count + 1, 1) + combinationsOf(values);
  });
  return Math.max(...each);
}

const keyName = (index: number): string => `g${index}`;

/** grouping: a group's own key is above 0, all others are 0; no key at all is the segment that every row belongs to. */
export function grouping(plan: ProfilePlan, part: SegmentPart, bindings: Bindings): Grouping {
  const segments = segmentColumns(part.segments, plan.features, bindings);
  const names = segments.map((_, index) => keyName(index));
  if (names.length === 0)
    return {
      keys: '',
      columns: '',
      sets: (also = '') => `GROUPING SETS ((bucket${also}))`,
      combinations: 0,
      isValue: '1',
      segment: `'${ALL_SEGMENT}'`,
      segmentValue: `'${SEGMENT_IN}'`,
    };
  const keys = `[${names.join(', ')}]`;
  const which = `arrayFirstIndex(k -> k > 0, ${keys})`;
  const values = `[${segments.map((segment) => bindings.texts(segment.values)).join(', ')}]`;
  return {
    keys: segments.map(({ key }, index) => `toUInt16(${key}) AS ${keyName(index)}, `).join(''),
    columns: names.map((name) => `, ${name}`).join(''),
    sets: (also = '') =>
      `GROUPING SETS (${[...(part.withAll ? [''] : []), ...names.map((name) => `, ${name}`)].map((key) => `(bucket${also}${key})`).join(', ')})`,
    combinations: combinationsOf(segments.map(({ values: { length } }) => length)),
    isValue: `${which} = 0 OR ${keys}[${which}] <= length(${values}[${which}])`,
    segment: `if(${which} = 0, '${ALL_SEGMENT}', ${bindings.texts(segments.map(({ segment }) => segment))}[${which}])`,
    segmentValue: `if(${which} = 0, '${SEGMENT_IN}', ${values}[${which}][${keys}[${which}]])`,
  };
}
