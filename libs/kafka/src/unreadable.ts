/** Why a record batch cannot be read. */
export type UnreadableReason =
  'bad_crc' | 'truncated' | 'unknown_format' | 'unknown_codec' | 'too_large' | 'malformed';

/**
 * UnreadableRange: offsets of one record batch that cannot be decoded. Both ends belong to it. It travels beside the records, in
 * order, so that whoever stores them can account for these offsets in the same write.
 */
export type UnreadableRange = {
  readonly first: bigint;
  readonly last: bigint;
  readonly reason: UnreadableReason;
  /** A sentence for people. */
  readonly message: string;
  /** Newest time stamp of the batch; −1 where its header cannot be trusted. */
  readonly timestampMs: number;
  /** The beginning of the batch as it lies in the log. */
  readonly bytes: Buffer;
};
