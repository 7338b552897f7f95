/**
 * ConsumerEvent: what an operator should know of; both ends of a range belong to it.
 * `gap`: offsets that were deleted, or skipped, before they were read.
 * `rewound`: offsets that had been handled and are not in the log any more (it lost its end); it is read again from its start.
 * `recreated`: the topic was deleted and created again; it is read from its start.
 * `stuck`: offsets that wait to be read, and of which the broker gives none: its log is damaged at `from`, or a transaction stays open. Told again
 * and again until the partition moves; the others are read on.
 * `crashed`: the client gave up and is made anew.
 */
export type ConsumerEvent =
  | { type: 'gap'; topic: string; partition: number; incarnation: string; from: bigint; to: bigint }
  | { type: 'rewound'; topic: string; partition: number; incarnation: string; from: bigint; to: bigint }
  | { type: 'stuck'; topic: string; partition: number; incarnation: string; from: bigint; to: bigint }
  | { type: 'recreated'; topic: string; partition: number; was: string; is: string }
  | { type: 'crashed'; error: unknown; again: boolean };
