import type { Feature, Reading } from '#libs/contracts';
import type { ColumnFacts, Shape } from './column-facts.js';

/** So many values may be of another kind, and count as invalid. */
const STRAYS = 0.1;
const MOSTLY = 1 - STRAYS;
const HALF = 0.5;
/** Fewer values than these may all differ by chance. */
const LEAST_TEXTS = 20;
const LEAST_IDS = 30;
/** Where two of three texts differ, those of tomorrow are mostly new: they name rows rather than kinds of rows. */
const IDS_DIFFER = 2 / 3;

/**
 * Judged: what a column is compared as, and why. `warning`: what somebody who looks at the column would not expect. `asks`: nothing is
 * decided, because the values can be read in two ways; somebody has to say which.
 */
export type Judged = {
  type: Feature['type'];
  reading?: Reading;
  why: string;
  warning?: string;
  asks?: string;
  /** Written by a tool beside the data, and read by nobody. */
  isLeftOut?: true;
};

/**
 * judgeColumn: what a column is, from all of its values; up to a tenth of another kind are strays. Numbers that name rows are identifiers,
 * of which it is only watched whether they are there and how many differ; so are texts that hardly repeat. A number of seconds is a time
 * only under a name that says so, or where it grows with every row.
 */
export function judgeColumn(facts: ColumnFacts): Judged {
  if (facts.filled === 0)
    return { type: 'numeric', why: 'holds no value, so nothing speaks against numbers' };
  return (
    writtenIndex(facts) ??
    judgedBoolean(facts) ??
    judgedTime(facts) ??
    judgedDecimal(facts) ??
    judgedNumber(facts) ??
    judgedDate(facts) ??
    judgedClock(facts) ??
    judgedText(facts)
  );
}

/** Words that stand for a missing number are none of its values. */
const valuesOf = ({ filled, shapes }: ColumnFacts): number => filled - shapes.blanks;
const isMostly = (some: number, facts: ColumnFacts): boolean => some > 0 && some >= valuesOf(facts) * MOSTLY;

const count = (value: number): string => value.toLocaleString('en');
const ofAll = (some: number, facts: ColumnFacts, what: string): string =>
  some === valuesOf(facts)
    ? `all values are ${what}`
    : `${count(some)} of ${count(valuesOf(facts))} values are ${what}`;
const such = ({ examples }: ColumnFacts): string =>
  examples[0] === undefined ? '' : ` such as '${examples[0]}'`;

function judgedBoolean(facts: ColumnFacts): Judged | undefined {
  const { booleans } = facts;
  return isMostly(booleans, facts)
    ? { type: 'boolean', why: ofAll(booleans, facts, 'true or false') }
    : undefined;
}

const AGE = 'holds times: compared by their age at the time of the row';

function judgedTime(facts: ColumnFacts): Judged | undefined {
  const { name, numbers } = facts;
  const times = facts.times + facts.shapes.dates_named;
  const areNumbers = isMostly(numbers, facts);
  if (isMostly(times, facts) && (!areNumbers || isMoment(name))) return { type: 'timestamp', why: AGE };
  if (!areNumbers || !countsTime(facts)) return undefined;
  return {
    type: 'timestamp',
    why: AGE,
    warning: `column '${name}' is taken for times, because its numbers grow from row to row and count seconds of this century`,
  };
}

/** Durations are called times too, so a mere number has to be called something that only a moment is. */
const isMoment = (name: string): boolean => /(^|[^a-z])(at|date|datetime|epoch|timestamp|ts)$/i.test(name);

const neverFalls = ({ least, most, rise }: ColumnFacts): boolean =>
  least !== null && most !== null && most > least && rise === most - least;

/** Seconds (or thousandths, millionths, billionths) from 2000 to 2050. */
const [CENTURY, HALF_CENTURY] = [946_684_800, 2_524_608_000];

function countsTime(facts: ColumnFacts): boolean {
  const { numbers, whole, least, most } = facts;
  if (numbers < LEAST_IDS || whole < numbers || !neverFalls(facts) || least === null || most === null)
    return false;
  return [1, 1e3, 1e6, 1e9].some((unit) => least >= CENTURY * unit && most < HALF_CENTURY * unit);
}

function judgedNumber(facts: ColumnFacts): Judged | undefined {
  const { numbers } = facts;
  if (!isMostly(numbers, facts)) return undefined;
  if (numbersRows(facts)) return identifier(facts, numbered(facts));
  if (namesRows(facts))
    return identifier(facts, `whole numbers that never repeat, under a name that says so`);
  return { type: 'numeric', why: ofAll(numbers, facts, 'numbers') };
}

const INDEX_NAME = /^(Unnamed: \d+(\.\d+)?|__index_level_\d+__)$/;

/** writtenIndex: the numbers of rows that pandas writes beside the columns. */
function writtenIndex({ name, filled, whole }: ColumnFacts): Judged | undefined {
  if (!INDEX_NAME.test(name) || whole < filled) return undefined;
  return {
    type: 'identifier',
    isLeftOut: true,
    why: 'the row numbers that pandas writes',
    warning: `column '${name}' holds the row numbers that pandas writes and is left out; write the file with index=False`,
  };
}

const identifier = ({ name }: ColumnFacts, why: string): Judged => ({
  type: 'identifier',
  why: `names rows (${why}): only gaps and repeats are looked at`,
  warning: `column '${name}' names rows and is not compared: ${why}`,
});

const numbered = ({ least, most, numbers }: ColumnFacts): string =>
  `${count(numbers)} whole numbers from ${String(least ?? 0)} to ${String(most ?? 0)} that never repeat`;

/** A sketch counts different values within so much of them. */
const SKETCH = 0.01;
const MANY = 1_000;
/** So many repeats are missing by chance less often than once in ten thousand columns. */
const SURE = 10;

/** By how many of `values` draws from `range` whole numbers repeat an earlier one. */
const repeatsByChance = (values: number, range: number): number =>
  values + range * Math.expm1(values * Math.log1p(-1 / range));

/** numbersRows: whole numbers that never repeat, although so many drawn from so narrow a range would: row numbers, and what counts up beside them. */
function numbersRows({ numbers, whole, different, least, most }: ColumnFacts): boolean {
  if (numbers < LEAST_IDS || whole < numbers || least === null || most === null) return false;
  const expected = repeatsByChance(numbers, Math.max(2, most - least + 1));
  const blur = numbers > MANY ? SKETCH * numbers : 0;
  return expected >= Math.max(SURE, 2 * blur) && numbers - different <= Math.max(blur, expected / 100);
}

/** namesRows: whole numbers of any size that never repeat, in a column that is called an id. */
function namesRows({ name, numbers, whole, different }: ColumnFacts): boolean {
  if (numbers < LEAST_IDS || whole < numbers) return false;
  const isNamed =
    /(^|[^a-z])(id|ids|uuid|guid|key|pk|index|no|nr|number)$/i.test(name) || /[a-z](Id|ID|Key)$/.test(name);
  return isNamed && different >= numbers * (1 - (numbers > MANY ? SKETCH : 0));
}

/** countsOn: whole numbers that grow with every row of a file, and go on in the next one from where the first ends. */
export function countsOn(before: ColumnFacts, after: ColumnFacts): boolean {
  const grows = (facts: ColumnFacts): boolean =>
    facts.numbers >= LEAST_IDS &&
    facts.whole === facts.numbers &&
    facts.different >= facts.numbers * (1 - (facts.numbers > MANY ? SKETCH : 0)) &&
    neverFalls(facts);
  const [{ least: from, most: to }, { least: next }] = [before, after];
  if (!grows(before) || !grows(after) || from === null || to === null || next === null) return false;
  return next > to && next - to <= to - from;
}

const sumOf = ({ shapes }: ColumnFacts, ...of: readonly Shape[]): number =>
  of.reduce((sum, shape) => sum + shapes[shape], 0);

/** Which is the day and which the month is told by a day above 12; what is left open by all values is asked for. */
function judgedDate(facts: ColumnFacts): Judged | undefined {
  const { name, times } = facts;
  const [day, month, open] = [
    sumOf(facts, 'dates_day'),
    sumOf(facts, 'dates_month'),
    sumOf(facts, 'dates_open'),
  ];
  const all = day + month + open;
  if (all === 0 || !isMostly(all + times, facts)) return undefined;
  const order = dateOrder(day, month);
  const timestamp = { type: 'timestamp', why: AGE } as const;
  if (order !== undefined) return { ...timestamp, reading: { dates: order } };
  return {
    ...timestamp,
    asks:
      day + month > 0
        ? `column '${name}' mixes dates whose day comes first with dates whose month does${such(facts)}; write them as 2026-01-31`
        : `column '${name}' holds dates${such(facts)}, in which day and month cannot be told apart; say { dates: day_first } or { dates: month_first } under columns.reading.${name}`,
  };
}

/** A tenth of the other order is as much as strays may be. */
function dateOrder(day: number, month: number): 'day_first' | 'month_first' | undefined {
  if (day + month === 0) return undefined;
  if (month <= day * STRAYS) return 'day_first';
  return day <= month * STRAYS ? 'month_first' : undefined;
}

function judgedClock(facts: ColumnFacts): Judged | undefined {
  const clocks = sumOf(facts, 'clocks');
  return isMostly(clocks, facts)
    ? {
        type: 'time_of_day',
        why: `${ofAll(clocks, facts, 'times of day')}: compared as hours since midnight`,
      }
    : undefined;
}

/** Numbers that are written for people. A sign with three digits behind it may be either; where plain numbers or other texts do not say which, it is asked for. */
function judgedDecimal(facts: ColumnFacts): Judged | undefined {
  const { name, numbers } = facts;
  const [point, comma, three, open] = [
    sumOf(facts, 'decimals_point'),
    sumOf(facts, 'decimals_comma'),
    sumOf(facts, 'decimals_three'),
    sumOf(facts, 'decimals_open'),
  ];
  const all = point + comma + three + open;
  if (all === 0 || !isMostly(all + numbers, facts)) return undefined;
  const numeric = {
    type: 'numeric',
    why: `${ofAll(all + numbers, facts, 'numbers')}, written${such(facts)}`,
  } as const;
  const decimal = decimalSign(facts, { point, comma, three });
  if (decimal !== undefined) return { ...numeric, reading: { decimal } };
  if (isMostly(numbers, facts)) return undefined;
  return {
    ...numeric,
    asks: `column '${name}' holds numbers${such(facts)}, whose decimal sign cannot be told; say { decimal: point } or { decimal: comma } under columns.reading.${name}`,
  };
}

function decimalSign(
  { numbers }: ColumnFacts,
  { point, comma, three }: { point: number; comma: number; three: number },
): 'point' | 'comma' | undefined {
  if (point > 0 && comma <= point * STRAYS) return 'point';
  if (comma > 0 && point <= comma * STRAYS) return 'comma';
  if (point + comma > 0) return undefined;
  // Beside 1,234 stand 950 or 12.5, and no 0,950.
  return three === 0 || numbers > 0 ? 'point' : undefined;
}

/** What texts look like that is not read, and what to write instead. */
const UNREAD: readonly { shapes: readonly Shape[]; what: string; instead: string }[] = [
  { shapes: ['lists'], what: 'lists', instead: 'give each element a column of its own' },
  { shapes: ['durations'], what: 'durations', instead: 'write them as a number of seconds' },
  { shapes: ['units'], what: 'numbers with a unit', instead: 'write plain numbers, all of one unit' },
];

function judgedText(facts: ColumnFacts): Judged {
  const { filled, different, phrases, rows } = facts;
  const told = unreadWarning(facts) ?? mixedWarning(facts);
  const warning = told === undefined ? {} : { warning: told };
  if (different > filled * HALF && different >= LEAST_TEXTS && phrases > filled * HALF && told === undefined)
    return {
      type: 'text',
      why: `${ofAll(phrases, facts, 'of several words')}: compared by their length and by unseen words`,
    };
  if (filled >= LEAST_IDS && different >= filled * IDS_DIFFER) {
    const why = `${count(different)} different texts in ${count(rows)} rows`;
    const ids = identifier(facts, why);
    return told === undefined
      ? ids
      : { ...ids, warning: `${told}; until then only gaps and repeats are looked at` };
  }
  return {
    type: 'categorical',
    why: `${count(different)} different value${different === 1 ? '' : 's'}`,
    ...warning,
  };
}

/** Fewer different texts are kinds, however they are written: "12kg" and "5kg" may be two packs. */
const FEW = 20;

function unreadWarning(facts: ColumnFacts): string | undefined {
  const { name, filled, different } = facts;
  const found = UNREAD.find(({ shapes }) => sumOf(facts, ...shapes) > filled * HALF);
  if (found === undefined || (different <= FEW && found.what !== 'lists')) return undefined;
  return `column '${name}' holds ${found.what}${such(facts)}, which are not read: ${found.instead}`;
}

function mixedWarning(facts: ColumnFacts): string | undefined {
  const { name, filled, numbers, times } = facts;
  const [some, what] = numbers >= times ? [numbers, 'numbers'] : [times, 'times'];
  if (some < filled * STRAYS) return undefined;
  return `column '${name}' mixes ${what} with texts${such(facts)} (${count(some)} of ${count(filled)} values are ${what}): it is compared as texts`;
}
