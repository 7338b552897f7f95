/**
 * The load: event number i is always the same, so that what must be in the store follows from the numbers that Kafka acknowledged. Among a
 * hundred events are a bad one, two sent twice, two amended and two amended into another bucket; a tenth has ground truth.
 */

export const MODEL = 'chaos';
export const VERSION = '1';
export const BUCKETS = 24;
export const HOUR_MS = 3_600_000;
export const ORIGINS = ['ATL', 'ORD', 'DFW', 'zzz'] as const;
export const REGIONS = ['north', 'south', 'east'] as const;
export const DISTANCE_MAX = 1_000;

type Role = 'first' | 'again' | 'amended' | 'moved' | 'bad';

const CYCLE = 50;

export const roleOf = (index: number): Role => {
  if (index % 100 === 99) return 'bad';
  if (index < CYCLE) return 'first';
  switch (index % CYCLE) {
    case 25:
      return 'again';
    case 35:
      return 'amended';
    case 45:
      return 'moved';
    default:
      return 'first';
  }
};

const BACK: Readonly<Record<Role, number>> = { first: 0, bad: 0, again: 25, amended: 30, moved: 30 };

/** subjectOf: the number of the event whose id this one carries. */
export const subjectOf = (index: number): number => index - BACK[roleOf(index)];

/** The number that decides the content: a repeated event is the same to the last byte. */
export const contentOf = (index: number): number => (roleOf(index) === 'again' ? subjectOf(index) : index);

const mixed = (value: number): number => (Math.imul(value + 1, 0x9e3779b1) >>> 0) / 2 ** 32;

/** What event `content` says of the prediction `subject`. */
export const saysOf = (content: number) => {
  const subject = subjectOf(content);
  const home = Math.floor(mixed(subject) * BUCKETS);
  return {
    bucket: roleOf(content) === 'moved' ? (home + 5) % BUCKETS : home,
    distance:
      content % 41 === 7
        ? null
        : content % 43 === 8
          ? { km: content }
          : (content * 37) % (DISTANCE_MAX + 100),
    origin: ORIGINS[content % ORIGINS.length]!,
    region: REGIONS[subject % REGIONS.length]!,
    label: content % 3 === 0 ? 'late' : 'punctual',
    score: (content % 1_000) / 1_000,
  };
};

/** Whether a prediction has ground truth, among them some that move to another bucket. */
export const hasTruth = (subject: number): boolean =>
  roleOf(subject) === 'first' && (subject % 10 === 3 || subject % 100 === 15);
export const truthOf = (subject: number): string => (subject % 7 < 3 ? 'late' : 'punctual');

const BAD = ['', 'hello', '{"id":NaN}', '[]', '{}', '\ufeff', '{"id":"x","model":"chaos"}', '"\\ud800"'];

/** partitionOf: all events of a prediction lie in one partition, as with a producer that sends by key. */
export const partitionOf = (subject: number, partitions: number): number =>
  (Math.imul(subject + 7, 0x85ebca6b) >>> 8) % partitions;

export type Events = { run: string; startMs: number };

export const idOf = ({ run }: Events, subject: number): string => `${run}-${subject}`;

/** predictionOf: the bytes of event `index`. */
export const predictionOf = (events: Events, index: number): string => {
  if (roleOf(index) === 'bad') return BAD[Math.floor(index / 100) % BAD.length]!;
  const content = contentOf(index);
  const { bucket, distance, origin, region, label, score } = saysOf(content);
  return JSON.stringify({
    id: idOf(events, subjectOf(index)),
    model: MODEL,
    version: VERSION,
    time: new Date(events.startMs + bucket * HOUR_MS + (content % 3_600) * 1_000).toISOString(),
    features: { distance, origin, hour: bucket },
    prediction: { label, score },
    tags: { region },
  });
};

/** groundTruthOf: what became of prediction `subject`. */
export const groundTruthOf = (events: Events, subject: number): string =>
  JSON.stringify({
    id: idOf(events, subject),
    model: MODEL,
    time: new Date(events.startMs + (BUCKETS + 1) * HOUR_MS).toISOString(),
    label: truthOf(subject),
  });
