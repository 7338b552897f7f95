import fc from 'fast-check';

/** Anything: what somebody may send as an event: the bytes, or nothing. */
export type Anything = Buffer | null;

const DAY_MS = 86_400_000;
/** Stands in a document for text that JSON.stringify would not write: numbers beyond any double, NaN, duplicates. */
const RAW = '@raw@';
const raw = (text: string): string => `${RAW}${text}${RAW}`;
const unwrap = (json: string): string =>
  json.replaceAll(new RegExp(`"${RAW}(.*?)${RAW}"`, 'g'), (_, text: string) => text.replaceAll('\\"', '"'));

const nested = (depth: number): string => raw(`${'['.repeat(depth)}${']'.repeat(depth)}`);

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\ud800',
    'a\udfff',
    '\u0000',
    '\u0001',
    '',
    'NaN',
    '-0',
    '__proto__',
    'constructor',
    'toString',
  ),
  fc.integer({ min: 100, max: 300 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 60, max: 130 }).map((length) => '𝒳'.repeat(length)),
);

const oddNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(
    ...['1e400', '-1e400', '1e-400', '-0', '-0.0', '9007199254740993', '0.1e1', '1E+5'].map(raw),
    ...['NaN', 'Infinity', '01', '1.', '.5', '+1', '0x10'].map(raw),
  ),
  fc.constantFrom<number | string>(0, -0, 1e308, 5e-324, 2 ** 53, 'NaN', '12'),
);

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: oddNumber },
  { weight: 3, arbitrary: oddText },
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(10, 500, 7_000).map(nested),
);

const oddTime = (nowMs: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.integer({ min: -101 * DAY_MS, max: DAY_MS }).map((ms) => new Date(nowMs + ms).toISOString()),
    fc.constantFrom(
      ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-02-30T00:00:00Z', '2024-02-29T12:00:00Z'],
      ...['2026-06-30T23:59:60Z', '2026-11-22T10:00:00', '2026-11-22 10:00:00Z', '2026-11-22T24:00:00Z'],
      ...[
        '2026-11-22T10:00:00+14:00',
        '2026-11-22T10:00:00-25:00',
        '1970-01-01T00:00:00Z',
        '+275760-09-13T00:00:00Z',
      ],
      ...['', 'now', '٢٠٢٦-١١-٢٢T١٠:٠٠:٠٠Z'],
    ),
    fc.constantFrom<unknown>(0, nowMs, null, [], {}),
  );

const names = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'city') }, oddText);
const features = fc.oneof(
  { weight: 20, arbitrary: fc.dictionary(names, oddValue, { maxKeys: 8 }) },
  fc.constantFrom<unknown>(null, [], 'x', 5),
  fc.constant(raw('{"__proto__":{"polluted":1},"a":1,"a":"2","constructor":{"prototype":{}}}')),
);

/** Parts of an event; each is as it should be most of the time, so that the odd ones get through to the later steps. */
const mostly = (good: unknown, odd: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(good) }, odd);

const prediction = fc.oneof(
  { weight: 20, arbitrary: fc.constant<unknown>({ label: 'late', score: 0.5 }) },
  fc.record({ label: oddText, score: oddNumber, value: oddNumber }, { requiredKeys: [] }),
  fc.record({ scores: fc.dictionary(oddText, oddNumber, { maxKeys: 5 }) }),
  oddValue,
);

const required = (nowMs: number) => ({
  id: fc.oneof({ weight: 20, arbitrary: fc.uuid() }, { weight: 3, arbitrary: oddText }, oddValue),
  model: mostly('fuzz', oddText),
  time: mostly(new Date(nowMs - 60_000).toISOString(), oddTime(nowMs)),
});

const predictionEvent = (nowMs: number): fc.Arbitrary<object> =>
  fc.record(
    {
      ...required(nowMs),
      version: mostly('1', oddText),
      features,
      prediction,
      attributions: mostly({ a: 0.5, b: -1e-9 }, fc.dictionary(names, oddNumber, { maxKeys: 5 })),
      tags: mostly(
        { place: 'x' },
        fc.dictionary(oddText, fc.oneof(oddText, fc.constant(null), oddValue), { maxKeys: 5 }),
      ),
    },
    { requiredKeys: ['id', 'model', 'version', 'time', 'prediction'] },
  );

const withSurprise = (event: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.oneof(
    { weight: 15, arbitrary: event },
    fc
      .record({ event, name: oddText, value: oddValue })
      .map(({ event: known, name, value }) => ({ ...known, [name]: value })),
  );

const groundTruthEvent = (nowMs: number): fc.Arbitrary<object> =>
  fc
    .record(
      { ...required(nowMs), version: mostly('1', oddText), predictedAt: oddTime(nowMs) },
      { requiredKeys: ['id', 'model', 'time'] },
    )
    .chain((event) =>
      fc
        .oneof(
          { weight: 10, arbitrary: fc.record({ label: oddText }) },
          { weight: 10, arbitrary: fc.record({ value: oddNumber }) },
          { weight: 5, arbitrary: fc.constant({ retract: true }) },
          fc.record({ label: oddValue, value: oddNumber, retract: oddValue }, { requiredKeys: [] }),
        )
        .map((truth) => ({ ...event, ...truth })),
    );

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const utf8 = (event: object): Buffer => Buffer.from(unwrap(JSON.stringify(event)));

const whole = (event: fc.Arbitrary<object>): fc.Arbitrary<Anything> =>
  fc.oneof(
    { weight: 30, arbitrary: event.map(utf8) },
    event.map((each) => Buffer.concat([BOM, utf8(each)])),
    event.map((each) => Buffer.from(JSON.stringify(each), 'utf16le')),
    event.map((each) => Buffer.from(JSON.stringify([each]))),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom<Anything>(null, Buffer.alloc(0), Buffer.from('null'), Buffer.from('"'), BOM),
  );

export const anyPrediction = (nowMs: number): fc.Arbitrary<Anything> =>
  whole(withSurprise(predictionEvent(nowMs)));
export const anyGroundTruth = (nowMs: number): fc.Arbitrary<Anything> =>
  whole(withSurprise(groundTruthEvent(nowMs)));

/** The large ones, which are few because they cost more than all others: 5,000 features, more than a schema holds in two events, a field of 10 MB, one just within the limit. */
export const largeEvents = (nowMs: number): Buffer[] => {
  const event = (more: object) =>
    Buffer.from(
      JSON.stringify({
        id: 'large',
        model: 'large',
        version: '1',
        time: new Date(nowMs).toISOString(),
        prediction: { score: 0.5 },
        ...more,
      }),
    );
  const many = (count: number, name = 'wide') =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}_${at}`, at]));
  return [
    event({ features: many(5_000) }),
    event({ features: many(2_000) }),
    event({ features: many(1_500, 'other') }),
    event({ features: { a: 'x'.repeat(10_000_000) } }),
    event({ features: { a: 'x'.repeat(1_000_000) } }),
    event({ tags: Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`t${at}`, 'y'.repeat(256)])) }),
  ];
};
