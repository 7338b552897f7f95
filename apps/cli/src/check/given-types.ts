import type { CheckConfig } from '#libs/contracts';
import type { ConfigFile } from './config-file.js';
import { judgeColumn } from '#libs/store';
import { CheckProblem } from './problem.js';
import type { ReadFile } from './read-files.js';

const TYPES = ['numeric', 'categorical', 'timestamp', 'time_of_day', 'text'] as const;
export type GivenType = (typeof TYPES)[number];

/** givenLists: the columns that a configuration names the type of, by type. */
export const givenLists = ({ columns = {} }: CheckConfig): { key: GivenType; names: string[] }[] =>
  TYPES.map((key) => ({ key, names: columns[key] ?? [] }));

/** givenTypes: column → the type that the configuration gives it. */
export const givenTypes = (config: CheckConfig): Map<string, GivenType> =>
  new Map(givenLists(config).flatMap(({ key, names }) => names.map((name) => [name, key] as const)));

/** checkGiven: a column has one type, and the time of the rows has no age. */
export function checkGiven({ config, at }: Pick<ConfigFile, 'config' | 'at'>): void {
  const seen = new Map<string, GivenType>();
  for (const { key, names } of givenLists(config))
    for (const [index, name] of names.entries()) {
      const other = seen.get(name);
      if (other !== undefined && other !== key)
        throw new CheckProblem(
          `${at(['columns', key, index])}: column '${name}' is listed under ${other} and under ${key}; leave it under one of them`,
        );
      seen.set(name, key);
    }
  const own = config.columns?.time;
  if (own !== undefined && seen.get(own) === 'timestamp')
    throw new CheckProblem(
      `${at(['columns', 'timestamp'])}: '${own}' is the time of the rows (columns.time), so its age is always 0; take it out`,
    );
}

/** checkAges: what is listed under timestamp needs a time of the row to have an age at. */
export function checkAges({ config, at }: ConfigFile, time: string | undefined): void {
  const [name] = config.columns?.timestamp ?? [];
  if (name === undefined || time !== undefined) return;
  throw new CheckProblem(
    `${at(['columns', 'timestamp'])}: '${name}' is compared by its age at the time of the row, and no column holds that time; name it under columns.time`,
  );
}

const TIMES =
  'times are read as 2026-01-31T12:00:00Z, 2026-01-31, 31 Jan 2026, 31/01/2026, or as a number of seconds or milliseconds since 1970';
/** A number with fewer digits counts no seconds since 1970. */
const LEAST_SECONDS = 1e8;

/** checkTimes: a column that is said to hold the time of the rows holds some that can be read, in both files. */
export function checkTimes(
  { config, at }: ConfigFile,
  { baseline, current }: { baseline: ReadFile; current: ReadFile },
): void {
  const name = config.columns?.time;
  if (name === undefined) return;
  for (const { input, views } of [baseline, current]) {
    const view = views.find(({ column }) => column.name === name);
    if (view === undefined || view.column.type === 'time' || view.facts.filled === 0) continue;
    const { facts } = view;
    const { type, asks } = judgeColumn({ ...facts, name: 'timestamp' });
    const { dates, epoch } = config.columns?.reading?.[name] ?? {};
    if (asks !== undefined && dates === undefined)
      throw new CheckProblem(`--${input.side} ${input.path}: ${asks.replace("'timestamp'", `'${name}'`)}`);
    const isRead = type === 'timestamp' || dates !== undefined || epoch !== undefined;
    if (isRead || facts.times > 0 || (facts.most ?? 0) >= LEAST_SECONDS) continue;
    const value = facts.examples[0] ?? String(facts.least ?? '');
    throw new CheckProblem(
      `--${input.side} ${input.path}: none of the ${facts.filled.toLocaleString('en')} values of the time column '${name}' (${at(['columns', 'time'])}) is a time; one is '${value}': ${TIMES}`,
    );
  }
}
