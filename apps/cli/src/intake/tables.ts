import { table } from '../stack-commands.js';

/** Answers of the API, as far as they are shown. */
type Account = {
  topic: string;
  partition: number;
  received: number;
  accepted: number;
  quarantined: number;
  current: number;
  duplicates: number;
  amended: number;
  first: string;
  last: string;
};
type Gap = {
  topic: string;
  partition: number;
  from: string;
  to: string;
  records: number;
  cause: string;
  since: string;
  acknowledged: { by: string } | null;
};
type Model = { model: string; watermark: string | null; lagRecords: number; lastEvent: string | null };
type Hour = Pick<Account, 'topic' | 'partition' | 'received' | 'accepted' | 'quarantined'> & { hour: string };
export type Ingestion = {
  items: Account[];
  totals: Record<'received' | 'accepted' | 'quarantined' | 'missing' | 'openGaps', number> & {
    balanced: boolean;
  };
  gaps: Gap[];
  models: Model[];
  hours?: Hour[];
};
export type Counts = {
  items: { reason: string; waiting: number; replayed: number; first: string; last: string }[];
  waiting: number;
  replayed: number;
};
export type Entry = {
  topic: string;
  partition: number;
  offset: string;
  incarnation: string;
  brokerTime: string;
  reason: string;
  field: string;
  message: string;
  key: string;
  headers: Record<string, string>;
  raw: string;
  text: string | null;
  rawBytes: number;
  rawIsWhole: boolean;
  replayedAt: string | null;
};
export type Replay = {
  id: string;
  state: string;
  note: string;
  dryRun: boolean;
  accepted: number;
  refused: number;
  outcomes: (Pick<Entry, 'topic' | 'partition' | 'offset' | 'field' | 'message'> & {
    accepted: boolean;
    reason: string;
  })[];
};

type Cell = string | number;
const rows = (head: string[], body: readonly Cell[][]): string =>
  table([head, ...body.map((row) => row.map(String))]);
const MESSAGE_CHARS = 100;
const short = (text: string): string =>
  text.length > MESSAGE_CHARS ? `${text.slice(0, MESSAGE_CHARS)}…` : text;

const gapRow = ({ topic, partition, from, to, records, cause, since, acknowledged }: Gap): Cell[] => [
  ...[topic, partition, `${from}–${to}`, records, cause, since],
  acknowledged === null ? '-' : acknowledged.by,
];

/** accountingText: the account of a project; first whether it is whole. */
export function accountingText({ items, totals, gaps, models, hours }: Ingestion): string {
  const { received, accepted, quarantined, missing } = totals;
  const verdict = totals.balanced ? '' : ' The numbers do not agree: please report this as a defect.';
  const lost = missing === 0 ? 'Nothing is missing.' : `${missing} records are missing.`;
  const parts = [
    `${received} received = ${accepted} accepted + ${quarantined} quarantined. ${lost}${verdict}`,
    rows(
      [
        'topic',
        'partition',
        'received',
        'accepted',
        'quarantined',
        'current',
        'duplicates',
        'amended',
        'offsets',
      ],
      items.map((each) => [
        ...[each.topic, each.partition, each.received, each.accepted, each.quarantined],
        ...[each.current, each.duplicates, each.amended, `${each.first}–${each.last}`],
      ]),
    ),
    gaps.length === 0
      ? ''
      : rows(
          ['gap in', 'partition', 'offsets', 'records', 'cause', 'since', 'acknowledged by'],
          gaps.map(gapRow),
        ),
    rows(
      ['model', 'last event', 'watermark', 'waiting'],
      models.map(({ model, lastEvent, watermark, lagRecords }) => [
        ...[model, lastEvent ?? 'never', watermark ?? 'up to date', lagRecords],
      ]),
    ),
    hours === undefined
      ? ''
      : rows(
          ['hour', 'topic', 'partition', 'received', 'accepted', 'quarantined'],
          hours.map(({ hour, topic, partition, ...count }) => [
            ...[hour, topic, partition, count.received, count.accepted, count.quarantined],
          ]),
        ),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

export const countsText = ({ items, waiting, replayed }: Counts): string =>
  items.length === 0
    ? 'Nothing is quarantined.'
    : `${waiting} wait, ${replayed} were replayed.\n\n${rows(
        ['reason', 'waiting', 'replayed', 'first', 'last'],
        items.map(({ reason, first, last, ...count }) => [
          reason,
          count.waiting,
          count.replayed,
          first,
          last,
        ]),
      )}`;

export const listText = (items: readonly Entry[]): string =>
  items.length === 0
    ? 'Nothing is quarantined.'
    : rows(
        ['written', 'topic', 'partition', 'offset', 'reason', 'field', 'message', 'replayed'],
        items.map((each) => [
          ...[each.brokerTime, each.topic, each.partition, each.offset, each.reason, each.field],
          ...[short(each.message), each.replayedAt ?? '-'],
        ]),
      );

/** entryText: one event, whole; bytes that are no text in base64. */
export function entryText(entry: Entry): string {
  const facts: [string, string][] = [
    ['position', `${entry.topic} / ${entry.partition} / ${entry.offset} (${entry.incarnation})`],
    ['written', entry.brokerTime],
    ['reason', entry.reason],
    ['field', entry.field],
    ['message', entry.message],
    ['key', entry.key],
    ...Object.entries(entry.headers).map(([name, value]): [string, string] => [`header ${name}`, value]),
    ['replayed', entry.replayedAt ?? 'no'],
    ['bytes', `${entry.rawBytes}${entry.rawIsWhole ? '' : ', of which only the beginning is kept'}`],
  ];
  return `${table(facts)}\n\n${entry.text ?? `${entry.raw}\n(base64: the bytes are no text)`}`;
}

/** replayText: what became of the events, or would. */
export function replayText({ id, state, note, dryRun, accepted, refused, outcomes }: Replay): string {
  if (state === 'failed') return `The replay ${id} failed: ${note}`;
  const progress =
    state === 'done' ? '' : ` It is not done yet; ask again with: quarantine replay --id ${id}`;
  const sums = dryRun
    ? `${accepted} events would be accepted, ${refused} would stay. Nothing was changed.`
    : `${accepted} events were accepted, ${refused} stay.`;
  const stay = outcomes.filter((outcome) => !outcome.accepted);
  const why = rows(
    ['topic', 'partition', 'offset', 'reason', 'field', 'message'],
    stay.map((each) => [
      each.topic,
      each.partition,
      each.offset,
      each.reason,
      each.field,
      short(each.message),
    ]),
  );
  return `${sums}${progress}${stay.length === 0 ? '' : `\n\n${why}`}`;
}
