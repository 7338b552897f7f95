import { writeFile } from 'node:fs/promises';
import type { Finding, MonitorKind } from '#libs/contracts';
import { CommandProblem } from '../command-problem.js';
import { openApi, type ApiFlags } from '../intake/api.js';
import { say } from '../settings.js';
import { violationsOf } from './violations.js';

export type ExportFlags = ApiFlags & { monitor: string; window?: string; out: string; label?: string };

type Evaluation = { monitorKind: MonitorKind; windowStart: string; windowEnd: string };
const MAX_FINDINGS = 10_000;

function instant(text: string): string {
  if (Number.isNaN(Date.parse(text)))
    throw new CommandProblem(`--window: '${text}' is not a time such as 2026-11-22T00:00:00Z.`);
  return new Date(text).toISOString();
}

const query = (values: Record<string, string>): string => new URLSearchParams(values).toString();

/** The evaluation of the window that begins there; without a wish the latest one. Filters name windows that overlap. */
async function evaluationOf(
  { api, base }: Awaited<ReturnType<typeof openApi>>,
  { monitor, window }: ExportFlags,
): Promise<Evaluation> {
  const from = window === undefined ? null : instant(window);
  const span: Record<string, string> =
    from === null
      ? { limit: '1' }
      : { from, to: new Date(Date.parse(from) + 1_000).toISOString(), limit: '1000' };
  const { items } = await api.get<{ items: Evaluation[] }>(
    `${base}/evaluations?${query({ monitor, ...span })}`,
  );
  const found = items.find(({ windowStart }) => from === null || windowStart === from);
  if (found !== undefined) return found;
  throw new CommandProblem(
    from === null
      ? `Monitor '${monitor}' has evaluated no window yet.`
      : `Monitor '${monitor}' has evaluated no window that begins at ${from}.`,
  );
}

/** runExport: one evaluation as constraint_violations.json. */
export async function runExport(flags: ExportFlags): Promise<void> {
  const opened = await openApi(flags);
  const { monitorKind, windowStart, windowEnd } = await evaluationOf(opened, flags);
  const path = `${opened.base}/findings?${query({
    ...{ monitor: flags.monitor, status: 'breached', from: windowStart, to: windowEnd },
    limit: String(MAX_FINDINGS),
  })}`;
  const { items } = await opened.api.get<{
    items: (Finding & Pick<Evaluation, 'windowStart' | 'windowEnd'>)[];
  }>(path);
  const own = items.filter(
    (finding) => finding.windowStart === windowStart && finding.windowEnd === windowEnd,
  );
  const { file, left } = violationsOf(
    monitorKind,
    own,
    flags.label === undefined ? {} : { label: flags.label },
  );
  await writeFile(flags.out, `${JSON.stringify(file, null, 2)}\n`).catch((error: unknown) => {
    throw new CommandProblem(
      `${flags.out}: cannot be written (${(error as NodeJS.ErrnoException).code ?? ''}).`,
    );
  });
  say(`${flags.out}: ${file.violations.length} violations of ${windowStart} to ${windowEnd}.`);
  for (const line of left) say(`  not written: ${line}`);
  if (items.length === MAX_FINDINGS) say(`  only the first ${MAX_FINDINGS} breached findings were read`);
}
