import { isUtf8 } from 'node:buffer';

import type {
  Gap,
  HourAccount,
  OutcomeCount,
  PartitionAccount,
  QuarantineCount,
  QuarantineEntry,
  Replay,
  ReplayOutcome,
} from '#libs/store';

const RAW_BYTES_LISTED = 2_048;
/** Bytes of a character that a cut may leave over. */
const CHARACTER_BYTES = 3;

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** Offsets are 64-bit and go as text: a JSON number would round them. */
export const shownAccount = ({ first, last, gaps, ...account }: PartitionAccount) => ({
  ...account,
  first: String(first),
  last: String(last),
  gaps: gaps.map(([from, to]) => ({ from: String(from), to: String(to) })),
});

const lengthOf = ({ first, last }: Gap): number => Number(last - first) + 1;

export const shownGap = (gap: Gap) => {
  const { topic, incarnation, partition, first, last, cause, sinceMs, acknowledged } = gap;
  return {
    ...{ topic, incarnation, partition, cause },
    ...{ from: String(first), to: String(last), records: lengthOf(gap), since: iso(sinceMs) },
    acknowledged:
      acknowledged === null
        ? null
        : { by: acknowledged.author, comment: acknowledged.comment, at: iso(acknowledged.atMs) },
  };
};

export const shownHour = ({ hourMs, ...account }: HourAccount) => ({ hour: iso(hourMs), ...account });

const FIELDS = [
  'received',
  'accepted',
  'quarantined',
  'current',
  'duplicates',
  'amended',
  'erased',
  'tooLate',
] as const;

/** shownTotals: the sums, and whether they agree. Rows of predictions expire before the ledger does, so fewer may be left than were accepted. */
export const shownTotals = (accounts: readonly PartitionAccount[], gaps: readonly Gap[]) => {
  const sums = Object.fromEntries(
    FIELDS.map((field) => [field, accounts.reduce((sum, account) => sum + account[field], 0)]),
  ) as Record<(typeof FIELDS)[number], number>;
  return {
    ...sums,
    gaps: gaps.length,
    missing: gaps.reduce((sum, gap) => sum + lengthOf(gap), 0),
    openGaps: gaps.filter(({ acknowledged }) => acknowledged === null).length,
    balanced: accounts.every(
      ({ received, accepted, quarantined, current, duplicates, amended, erased }) =>
        received === accepted + quarantined && current + duplicates + amended + erased <= accepted,
    ),
  };
};

/** Null where the bytes are no text; those that were cut may end inside a character. */
const textOf = (bytes: Uint8Array, wasCut: boolean): string | null => {
  for (let cut = 0; cut <= (wasCut ? CHARACTER_BYTES : 0); cut += 1) {
    const kept = bytes.subarray(0, bytes.length - cut);
    if (isUtf8(kept)) return Buffer.from(kept).toString('utf8');
  }
  return null;
};

/** shownQuarantine: in a list the beginning of the event; one that was asked for, whole. */
export const shownQuarantine = (entry: QuarantineEntry, bytes = RAW_BYTES_LISTED) => {
  const { raw, offset, brokerTimeMs, atMs, replayedMs, ...rest } = entry;
  const start = raw.subarray(0, bytes);
  return {
    ...rest,
    ...{ offset: String(offset), brokerTime: iso(brokerTimeMs), at: iso(atMs) },
    replayedAt: isoOrNull(replayedMs),
    raw: Buffer.from(start).toString('base64'),
    text: textOf(start, start.length < entry.rawBytes),
    rawIsWhole: start.length === entry.rawBytes,
  };
};

export const shownCounts = (counts: readonly QuarantineCount[]) => ({
  items: counts.map(({ firstMs, lastMs, ...count }) => ({
    ...count,
    first: iso(firstMs),
    last: iso(lastMs),
  })),
  waiting: counts.reduce((sum, count) => sum + count.waiting, 0),
  replayed: counts.reduce((sum, count) => sum + count.replayed, 0),
});

type Results = { counts: readonly OutcomeCount[]; outcomes: readonly ReplayOutcome[] };

export const shownReplay = (replay: Replay, { counts, outcomes }: Results) => {
  const sum = (accepted: boolean) =>
    counts.reduce((total, count) => total + (count.accepted === accepted ? count.events : 0), 0);
  return {
    ...{ id: replay.id, state: replay.state, note: replay.note, dryRun: replay.dry, filter: replay.filter },
    ...{ author: replay.author, comment: replay.reason, requestedAt: iso(replay.requestedMs) },
    ...{ accepted: sum(true), refused: sum(false), counts },
    outcomes: outcomes.map(({ offset, ...outcome }) => ({ ...outcome, offset: String(offset) })),
  };
};
