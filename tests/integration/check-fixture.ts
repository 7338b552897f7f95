import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReportSchema, type CheckFinding, type CheckReport } from '#libs/contracts';
import { openFileStore } from '#libs/store';
import { runCheck, type Checked, type CheckOptions } from '../../apps/cli/src/check/run.js';
import { openEngine } from '../../libs/store/src/files/engine.js';

type File = { name: string; text: string | Buffer };
export type CheckCase = { baseline: File; current: File; config?: string };

export const csv = (name: string, lines: readonly string[]): File => ({
  name,
  text: `${lines.join('\n')}\n`,
});

/** Rows of a CSV file by number, under a header. */
export const rows = (header: string, count: number, row: (i: number) => string): string[] => [
  header,
  ...Array.from({ length: count }, (_, i) => row(i)),
];

/** One engine for a file of tests: a process can have no second one. */
export async function checkFixture() {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-check-test-'));
  const db = await openEngine(join(folder, 'engine'));
  const store = await openFileStore(join(folder, 'engine'));
  let links = 0;
  const link = (path: string, name: string, format: string): string => {
    const to = join(folder, `${name}-${links++}.${format}`);
    symlinkSync(path, to);
    return to;
  };
  const copy = (name: string): string => join(folder, `${name}-${links++}.copy`);
  const write = ({ name, text }: File): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    folder,
    /** SQL in the engine, to write files that only an engine writes. */
    sql: (sql: string) => db.command({ name: 'test', sql }),
    write,
    check: async ({ baseline, current, config }: CheckCase): Promise<Checked> => {
      const paths = { baseline: write(baseline), current: write(current) };
      const given = config === undefined ? {} : { config: write({ name: 'monitors.yaml', text: config }) };
      return runCheck(
        { ...paths, ...given },
        { store, workspace: { link, copy }, onColumns: () => undefined },
      );
    },
    checkPaths: (options: CheckOptions): Promise<Checked> =>
      runCheck(options, { store, workspace: { link, copy }, onColumns: () => undefined }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type CheckFixture = Awaited<ReturnType<typeof checkFixture>>;

/** The report as it would be read back: valid under its own schema, and without a number that JSON cannot say. */
export function parsed({ report }: Checked): CheckReport {
  const text = JSON.stringify(report);
  return checkReportSchema.parse(JSON.parse(text));
}

export const breached = ({ findings }: CheckReport): string[] =>
  findings
    .filter(({ status }) => status === 'breached')
    .map(({ segment, segment_value, feature, metric }) => `${segment}=${segment_value} ${feature} ${metric}`)
    .toSorted();

export const findingOf = (
  { findings }: CheckReport,
  wanted: Partial<Pick<CheckFinding, 'feature' | 'metric' | 'segment' | 'segment_value' | 'window'>>,
): CheckFinding | undefined =>
  findings.find((finding) =>
    Object.entries(wanted).every(([key, value]) => finding[key as keyof typeof wanted] === value),
  );
