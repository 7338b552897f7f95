import { InvalidArgumentError, type Command } from 'commander';
import { QUARANTINE_REASONS } from '#libs/contracts';
import { CommandProblem } from '../command-problem.js';
import { say } from '../settings.js';
import { openApi, withApiOptions, type ApiFlags } from './api.js';
import {
  accountingText,
  countsText,
  entryText,
  listText,
  replayText,
  type Counts,
  type Entry,
  type Ingestion,
  type Replay,
} from './tables.js';

type ListFlags = ApiFlags & { reason?: string; state?: string; limit: string };
type ReplayFlags = ApiFlags & {
  reason?: string;
  from?: string;
  to?: string;
  event?: string[];
  dryRun?: boolean;
  comment?: string;
  id?: string;
};

const WAIT_SECONDS = 20;
const OUTCOMES = 200;

const query = (values: Record<string, string | undefined>): string =>
  new URLSearchParams(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

/** An event's position as it is typed: `topic/partition/offset`. Topics hold no slash. */
export function parsePosition(text: string): { topic: string; partition: number; offset: string } {
  const match = /^([^/]+)\/(\d{1,5})\/(\d{1,19})$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError(
      'Give a position such as plumbline.predictions/0/42: topic, partition, offset.',
    );
  return { topic: match[1] ?? '', partition: Number(match[2]), offset: match[3] ?? '' };
}

const addPosition = (text: string, before: string[] = []): string[] => {
  parsePosition(text);
  return [...before, text];
};

const show = <T>({ json }: ApiFlags, answer: T, text: (answer: T) => string): void =>
  say(json === true ? JSON.stringify(answer, null, 2) : text(answer));

async function accounting(flags: ApiFlags & { hours: string }): Promise<void> {
  const { api, base } = await openApi(flags);
  const answer = await api.get<Ingestion>(`${base}/ingestion?${query({ hours: flags.hours })}`);
  show(flags, answer, accountingText);
}

async function counts(flags: ApiFlags): Promise<void> {
  const { api, base } = await openApi(flags);
  show(flags, await api.get<Counts>(`${base}/quarantine/counts`), countsText);
}

async function list({ reason, state, limit, ...flags }: ListFlags): Promise<void> {
  const { api, base } = await openApi(flags);
  const path = `${base}/quarantine?${query({ reason, state, limit })}`;
  show(flags, await api.get<{ items: Entry[] }>(path), ({ items }) => listText(items));
}

async function showOne(position: string, flags: ApiFlags): Promise<void> {
  const { api, base } = await openApi(flags);
  const { topic, partition, offset } = parsePosition(position);
  const path = `${base}/quarantine/event?${query({ topic, partition: String(partition), offset })}`;
  show(flags, await api.get<Entry>(path), entryText);
}

async function replay({
  reason,
  from,
  to,
  event,
  dryRun = false,
  comment,
  id,
  ...flags
}: ReplayFlags): Promise<void> {
  const { api, base } = await openApi(flags);
  const iso = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    if (Number.isNaN(Date.parse(text)))
      throw new CommandProblem(`'${text}' is not a time such as 2026-11-22T10:00:00Z.`);
    return new Date(text).toISOString();
  };
  const ids = event?.map(parsePosition);
  const filter = { reason, from: iso(from), to: iso(to), ids };
  const outcomes = String(OUTCOMES);
  const answer =
    id === undefined
      ? await api.post<Replay>(
          `${base}/quarantine/replay?${query({ wait: String(WAIT_SECONDS), outcomes })}`,
          {
            ...{ filter, dryRun },
            ...(comment === undefined ? {} : { comment }),
          },
        )
      : await api.get<Replay>(`${base}/quarantine/replays/${encodeURIComponent(id)}?${query({ outcomes })}`);
  show(flags, answer, replayText);
}

const REASONS = `one of ${QUARANTINE_REASONS.join(', ')}`;

/** addIntakeCommands: `plumbline accounting`, `plumbline quarantine …`: the same answers as the API's, for a person at a keyboard. */
export function addIntakeCommands(program: Command): void {
  withApiOptions(program.command('accounting').description('what became of every event'))
    .option('--hours <n>', 'also by hour, for so many of the last hours', '0')
    .action(accounting);
  const quarantine = program.command('quarantine').description('events that could not be stored');
  withApiOptions(quarantine.command('counts').description('how many, by reason')).action(counts);
  withApiOptions(quarantine.command('list').description('the newest ones'))
    .option('--reason <code>', REASONS)
    .option('--state <state>', 'waiting or replayed')
    .option('--limit <n>', 'at most so many', '50')
    .action(list);
  withApiOptions(
    quarantine.command('show').argument('<topic/partition/offset>').description('one event, whole'),
  ).action(showOne);
  withApiOptions(
    quarantine.command('replay').description('run them through the steps again, once the cause is mended'),
  )
    .option('--dry-run', 'say what would become of each, change nothing')
    .option('--reason <code>', REASONS)
    .option('--from <time>', 'written at this time or later')
    .option('--to <time>', 'written before this time')
    .option('--event <topic/partition/offset>', 'this one; may be given several times', addPosition)
    .option('--comment <text>', 'why, for whoever looks at it later')
    .option('--id <replay>', 'ask how far an earlier one is, instead')
    .action(replay);
}
