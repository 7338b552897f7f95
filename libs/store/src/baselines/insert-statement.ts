import { storedAs, type Feature, type Reading } from '#libs/contracts';
import type { Statement } from '../client/database.js';
import { rowTimeOf } from '../reading/times-sql.js';
import { classOf, isInvalid, numberOf, storedOf, textOf } from '../reading/values-sql.js';
import { Bindings } from '../segments/bindings.js';
import { fileInput } from './file-input.js';
import { INVALID_ID, INVALID_TIME, type BaselineInsert } from './insert-input.js';
import { redactedTexts } from './redacted-texts.js';
import { unseenWords, type PlacedWords } from './unseen-words.js';

const MAX_ID_LENGTH = 128;
/** Rows of baselines never expire: the last second there is. */
const NEVER = 4_294_967_295;
const INSERT_TIMEOUT_MS = 1_800_000;

type Part = { sql: string; name: string };

/** insertStatement: reads the columns `used` of a file as text, converts them, and writes rows as ingest does. Data follows `FORMAT`. */
export function insertStatement(
  input: BaselineInsert,
  { used, float32, words }: { used: readonly string[]; float32: ReadonlySet<string>; words: PlacedWords },
): Statement {
  const { columns, features, bucketMs } = input;
  const bindings = new Bindings();
  const file = fileInput({ format: input.format, columns: input.fileColumns, used, float32 });
  const text = (column: string): string => `t${used.indexOf(column)}`;
  const redacted = redactedTexts(input, text, bindings);
  const unseen = unseenWords(features, { feature: redacted.feature, words, bindings });
  const texts = [
    ...used.map((column, index) => `${file.text(column)} AS t${index}`),
    ...redacted.columns,
    ...unseen.columns,
  ];
  const optional = (
    column: string | undefined,
    convert: (text: string, reading?: Reading) => string,
    none: string,
  ): string => (column === undefined ? none : convert(text(column), readings[column]));
  const { readings = {} } = columns;
  const timeMs = columns.time === undefined ? null : rowTimeOf(text(columns.time), readings[columns.time]);
  const storedSql = (feature: Feature): string =>
    feature.type === 'unseen_words'
      ? unseen.share(feature.name)
      : storedOf(redacted.feature(feature.name), feature, timeMs === null ? null : 'time_ms');
  const converted = features.map((feature, index): Part & { type: Feature['type'] } => ({
    name: `v${index}`,
    type: feature.type,
    sql: storedSql(feature),
  }));
  const time = timeMs ?? 'toInt64(0)';
  const id = optional(columns.id, (column) => `ifNull(${textOf(column)}, '')`, `toString(row)`);
  const timed =
    `SELECT *, ${time} AS time_ms, ${id} AS given_id ` +
    `FROM (SELECT rowNumberInAllBlocks() AS row, ${texts.join(', ')} FROM ${file.from})`;
  const perRow = `SELECT ${['*', ...converted.map(({ sql, name }) => `${sql} AS ${name}`)].join(', ')} FROM (${timed})`;
  const arrayOf = (numeric: boolean, type: string): string =>
    `CAST([${converted
      .filter((part) => (storedAs(part.type) === 'numeric') === numeric)
      .map(({ name }) => name)
      .join(', ')}], '${type}')`;
  const values: Record<string, string> = {
    project: bindings.text(input.project),
    model: bindings.text(input.model),
    version: bindings.text(input.version),
    origin: bindings.text(input.origin),
    bucket: `toDateTime(intDiv(ifNull(time_ms, 0), ${bucketMs}) * ${bucketMs / 1_000}, 'UTC')`,
    id: `if(given_id = '' OR length(given_id) > ${MAX_ID_LENGTH}, toString(row), given_id)`,
    time: `fromUnixTimestamp64Milli(ifNull(time_ms, 0), 'UTC')`,
    schema: String(Math.trunc(input.schema)),
    num: arrayOf(true, 'Array(Float64)'),
    cat: arrayOf(false, 'Array(LowCardinality(String))'),
    label: optional(columns.predictionLabel, classOf, `''`),
    score: optional(columns.score, toScore, 'nan'),
    value: optional(columns.value, toScore, 'nan'),
    attributions: attributionsSql(input, text),
    tags: tagsSql(columns.tags, redacted.tag, bindings),
    invalid: invalidSql(input, { converted, text, feature: redacted.feature, bindings }),
    truth: optional(columns.label, classOf, `''`),
    truth_value: optional(columns.labelValue, toScore, 'nan'),
    row_version: 'row',
    expires: `toDateTime(${NEVER}, 'UTC')`,
  };
  return {
    name: 'baseline-insert',
    sql:
      `INSERT INTO predictions (${Object.keys(values).join(', ')}) SELECT ${Object.values(values).join(', ')} ` +
      `FROM (${perRow}) FORMAT ${file.format}`,
    params: bindings.params,
    settings: {
      ...file.settings,
      precise_float_parsing: 1,
      // A statement that hashes holds the key.
      log_queries: input.privacy === undefined ? 1 : 0,
      // Rows of one id are told apart afterwards, so a file that repeats ids is refused and not thinned out.
      optimize_on_insert: 0,
      max_memory_usage: '6000000000',
      max_query_size: '16000000',
      max_ast_elements: '1000000',
      max_expanded_ast_elements: '4000000',
      max_partitions_per_insert_block: '2000',
    },
    timeoutMs: INSERT_TIMEOUT_MS,
  };
}

/** A score or value that is no number is as good as none; `invalid` keeps its text. */
const toScore = (text: string, reading?: Reading): string =>
  `if(isInfinite(${numberOf(text, reading)}), nan, ${numberOf(text, reading)})`;

/** By position among all features, as ingest writes them, without those that are dropped; a row whose attributions are all absent is not explained. */
function attributionsSql(
  { features, columns, privacy }: BaselineInsert,
  text: (column: string) => string,
): string {
  const { attributions = {}, readings = {} } = columns;
  if (Object.keys(attributions).length === 0) return `CAST([], 'Array(Float64)')`;
  const values = features.map(({ name }) => {
    const isDropped = privacy?.rules.features[name]?.action === 'drop';
    const column = !isDropped && Object.hasOwn(attributions, name) ? attributions[name] : undefined;
    return column === undefined ? 'nan' : numberOf(text(column), readings[column]);
  });
  const array = `CAST([${values.join(', ')}], 'Array(Float64)')`;
  return `if(arrayExists(x -> NOT isNaN(x), ${array}), ${array}, CAST([], 'Array(Float64)'))`;
}

function tagsSql(tags: Record<string, string>, tag: (name: string) => string, bindings: Bindings): string {
  const names = Object.keys(tags);
  if (names.length === 0) return `CAST(map(), 'Map(String, String)')`;
  const texts = names.map((name) => `substringUTF8(assumeNotNull(${tag(name)}), 1, 256)`);
  const present = names.map((name) => `isNotNull(${tag(name)})`);
  const keep = (values: string): string => `arrayFilter((v, p) -> p, ${values}, [${present.join(', ')}])`;
  return `mapFromArrays(${keep(bindings.texts(names))}, ${keep(`[${texts.join(', ')}]`)})`;
}

type Converted = {
  converted: (Part & { type: Feature['type'] })[];
  text: (column: string) => string;
  feature: (name: string) => string;
  bindings: Bindings;
};

/** Texts of values of a wrong type, by feature; times and ids that cannot be read are noted here too, and refuse the file. */
function invalidSql(input: BaselineInsert, { converted, text, feature, bindings }: Converted): string {
  const { time, id, score, value, labelValue, readings = {} } = input.columns;
  const notNumber = (column: string | undefined, key: string) =>
    column === undefined
      ? []
      : [{ key, text: text(column), bad: `isInfinite(${numberOf(text(column), readings[column])})` }];
  const entries = [
    ...input.features.flatMap(({ name, type, madeOf }, index) =>
      madeOf === undefined
        ? [{ key: name, text: feature(name), bad: isInvalid(converted[index]?.name ?? '', type) }]
        : [],
    ),
    ...notNumber(score, score ?? ''),
    ...notNumber(value, value ?? ''),
    ...notNumber(labelValue, labelValue ?? ''),
    ...(time === undefined ? [] : [{ key: INVALID_TIME, text: text(time), bad: 'isNull(time_ms)' }]),
    ...(id === undefined
      ? []
      : [
          {
            key: INVALID_ID,
            text: text(id),
            bad: `given_id = '' OR length(given_id) > ${MAX_ID_LENGTH}`,
          },
        ]),
  ];
  const keys = bindings.texts(entries.map(({ key }) => key));
  const bad = `[${entries.map((entry) => `toUInt8(${entry.bad})`).join(', ')}]`;
  const texts = `[${entries.map((entry) => `substringUTF8(ifNull(${entry.text}, ''), 1, 256)`).join(', ')}]`;
  const keep = (values: string): string => `arrayFilter((v, b) -> b, ${values}, ${bad})`;
  return `if(arrayExists(b -> b, ${bad}), mapFromArrays(${keep(keys)}, ${keep(texts)}), CAST(map(), 'Map(String, String)'))`;
}
