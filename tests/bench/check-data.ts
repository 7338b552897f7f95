import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openEngine } from '../../libs/store/src/files/engine.js';

/** Drift lies in these features of this region alone. */
export const DRIFTED = ['x3', 'x7', 'x11'];
export const DRIFTED_REGION = 'EU';

const NUMERIC = 15;
const CATEGORIES = [3, 8, 12, 25, 50];
const REGIONS = ['EU', 'US', 'APAC', 'LATAM', 'MEA'];
const PLANS = ['free', 'pro', 'team', 'enterprise'];

export type CheckData = {
  path: string;
  format: 'Parquet' | 'CSVWithNames' | 'JSONEachRow';
  rows: number;
  side: 'baseline' | 'current';
};

/** Uniform in (0, 1) by a hash of the side, the row and a tag: the same rows on every machine. */
const uniform = (tag: string): string =>
  `((cityHash64('${tag}', side, number) % 9007199254740992 + 0.5) / 9007199254740992)`;
const normal = (tag: string): string =>
  `sqrt(-2 * log(${uniform(`${tag}a`)})) * cos(2 * pi() * ${uniform(`${tag}b`)})`;
const oneOf = (names: readonly string[], tag: string, skew: number): string =>
  `[${names.map((name) => `'${name}'`).join(', ')}][1 + toUInt8(floor(${names.length} * pow(${uniform(tag)}, ${skew})))]`;

/** Normal, lognormal and exponential in turn; in the drifted ones of the region, moved by half a deviation or scaled by 1.7. */
function numericColumn(index: number): string {
  const tag = `n${index}`;
  const isDrifted = `side = 'current' AND region = '${DRIFTED_REGION}'`;
  const shapes = [normal(tag), `exp(0.8 * ${normal(tag)})`, `-log(${uniform(tag)})`];
  const shape = shapes[index % shapes.length] ?? '0';
  const moved =
    index % shapes.length === 0
      ? `if(${isDrifted}, 0.55, 0) + ${shape}`
      : `if(${isDrifted}, 1.7, 1) * ${shape}`;
  return `if(${uniform(`z${index}`)} < 0.01, NULL, ${DRIFTED.includes(`x${index}`) ? moved : shape}) AS x${index}`;
}

const categoricalColumn = (count: number, index: number): string =>
  `concat('v', toString(toUInt32(floor(pow(${uniform(`c${index}`)}, 1.5) * ${count})))) AS c${index}`;

/** writeCheckData: seeded rows: 15 numeric features with 1 % nulls, 5 categorical ones, region, plan, score, prediction and label. */
export async function writeCheckData(files: readonly CheckData[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-check-data-'));
  try {
    const db = await openEngine(folder);
    for (const { path, format, rows, side } of files) {
      await mkdir(dirname(path), { recursive: true });
      const keyed =
        `SELECT number, '${side}' AS side, ${oneOf(REGIONS, 'r', 1.3)} AS region, ${oneOf(PLANS, 'p', 1)} AS plan, ` +
        `1 / (1 + exp(-(${normal('s')}))) AS score FROM numbers(${Math.trunc(rows)})`;
      const columns = [
        ...Array.from({ length: NUMERIC }, (_, index) => numericColumn(index)),
        ...CATEGORIES.map(categoricalColumn),
        'region',
        'plan',
        'score',
        `if(score > 0.5, 'yes', 'no') AS prediction`,
        `if(${uniform('l')} < score, 'yes', 'no') AS label`,
      ];
      await db.command({
        name: 'check-data',
        sql: `INSERT INTO FUNCTION file({path: String}, '${format}') SELECT ${columns.join(', ')} FROM (${keyed})`,
        params: { path },
        settings: { engine_file_truncate_on_insert: 1, format_csv_null_representation: '', max_threads: 1 },
        timeoutMs: 3_600_000,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
