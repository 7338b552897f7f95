import { describe, expect, it } from 'vitest';
import { collectedAt, labelText, predictionEvents, truthEvents, type CaptureSetting } from './events.js';
import { captureLine, parseLine, truthLine } from './lines.js';

const setting: CaptureSetting = {
  ...{ model: 'm', version: '1', problem: 'binary', columns: ['prediction', 'Age', 'plan'] },
  ...{ texts: new Set(['plan']), outputs: ['score'], labels: null },
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
type Part = { data: string; encoding: string; observedContentType?: string };
const line = (input: Part | undefined, output: Part | undefined, meta: object = {}) => ({
  captureData: {
    ...(input && { endpointInput: { mode: 'INPUT', observedContentType: 'text/csv', ...input } }),
    ...(output && { endpointOutput: { mode: 'OUTPUT', observedContentType: 'text/csv', ...output } }),
  },
  eventMetadata: { eventId: 'e1', inferenceTime: '2026-04-01T10:00:00Z', ...meta },
  eventVersion: '0',
});
const csv = (data: string): Part => ({ data, encoding: 'CSV' });
const json = (value: unknown): Part => ({
  ...{ data: JSON.stringify(value), encoding: 'JSON', observedContentType: 'application/json' },
});
const made = (raw: object, own: Partial<CaptureSetting> = {}) => {
  const parsed = parseLine(JSON.stringify(raw), captureLine);
  if ('why' in parsed) return parsed.why;
  const result = predictionEvents(parsed.value, { ...setting, ...own });
  return 'why' in result ? result.why : result.events;
};
const event = {
  ...{ id: 'e1', model: 'm', version: '1', time: '2026-04-01T10:00:00Z' },
  ...{ features: { Age: 33, plan: '7' }, prediction: { score: 0.25 } },
};

describe('a captured line', () => {
  it.each([
    ['CSV', line(csv('33,7\n'), csv('0.25'))],
    ['JSON by name, spelled as SageMaker does', line(json({ age: 33, plan: 7 }), json({ score: 0.25 }))],
    ['JSON by position', line(json([33, '7']), json([0.25]))],
    [
      'JSON of a built-in algorithm',
      line(json({ instances: [{ features: [33, '7'] }] }), json({ predictions: [{ score: 0.25 }] })),
    ],
    [
      'base64 of CSV',
      line(
        { data: base64('33,7'), encoding: 'BASE64', observedContentType: 'text/csv; charset=utf-8' },
        csv('0.25'),
      ),
    ],
    [
      'base64 of JSON',
      line(
        { data: base64('[33,"7"]'), encoding: 'BASE64', observedContentType: 'application/json' },
        csv('0.25'),
      ),
    ],
  ])('of %s is an event', (_, raw) => expect(made(raw)).toEqual([event]));

  it('goes by the inference id where there is one', () => {
    expect(made(line(csv('33,7'), csv('0.25'), { inferenceId: 'mine' }))).toEqual([{ ...event, id: 'mine' }]);
  });

  it('of several records is several events, also when the answers come as one row', () => {
    const two = [
      event,
      { ...event, id: 'e1#1', features: { Age: null, plan: 'a,b' }, prediction: { score: 0.5 } },
    ];
    expect(made(line(csv('33,7\n,"a,b"\n'), csv('0.25\n0.5')))).toEqual(two);
    expect(made(line(csv('33,7\n,"a,b"\n'), csv('0.25,0.5')))).toEqual(two);
  });

  it('has a label by its score where labels are named, a value for a regression', () => {
    const labels = { positive: 'yes', negative: 'no', scoreThreshold: 0.25 };
    expect(made(line(csv('33,7'), csv('0.25')), { labels })).toMatchObject([
      { prediction: { score: 0.25, label: 'yes' } },
    ]);
    expect(
      made(line(csv('33,7'), json({ predictions: [{ score: 8.5 }] })), {
        problem: 'regression',
        outputs: ['value'],
      }),
    ).toMatchObject([{ prediction: { value: 8.5 } }]);
    expect(
      made(line(csv('33,7'), csv('1.0,0.9')), { columns: ['Age', 'plan'], outputs: ['label', 'score'] }),
    ).toMatchObject([{ prediction: { label: '1', score: 0.9 } }]);
  });

  it.each([
    ['without an answer', line(csv('33,7'), undefined), /has no answer/],
    ['with other columns', line(csv('1,2,3,4'), csv('0.25')), /has 4 values, and 3 columns are known/],
    ['with fewer answers', line(csv('33,7\n34,8\n35,9'), csv('0.25\n0.5')), /3 records and 2 answers/],
    ['with an answer that is no number', line(csv('33,7'), csv('high')), /its score is "high", not a number/],
    [
      'with an image',
      line({ data: base64('x'), encoding: 'BASE64', observedContentType: 'image/png' }, csv('1')),
      /content type is image\/png/,
    ],
    ['with another encoding', line({ data: '', encoding: 'AVRO' }, csv('1')), /encoding is AVRO/],
    ['that is no base64', line({ data: '§', encoding: 'BASE64' }, csv('1')), /not base64/],
    [
      'that is no JSON inside',
      line({ data: '{', encoding: 'JSON' }, csv('1')),
      /endpointInput: its data is not JSON/,
    ],
    ['with an open quote', line(csv('"33,7'), csv('1')), /a quote of its CSV is not closed/],
    ['without an id', { ...line(csv('33,7'), csv('1')), eventMetadata: {} }, /eventMetadata.eventId/],
    ['of a later version', { ...line(csv('33,7'), csv('1')), eventVersion: '1' }, /eventVersion/],
  ])('%s is told', (_, raw, why) => expect(made(raw)).toMatch(why));

  it('that is cut off is told', () =>
    expect(parseLine('{"captureData":', captureLine)).toEqual({ why: 'is not JSON, or was cut off' }));
});

describe('a line of ground truth', () => {
  const truth = (data: string, problem: CaptureSetting['problem'] = 'binary') => {
    const raw = {
      groundTruthData: { data, encoding: 'CSV' },
      eventMetadata: { eventId: 'e1' },
      eventVersion: '0',
    };
    const parsed = parseLine(JSON.stringify(raw), truthLine);
    if ('why' in parsed) return parsed.why;
    const result = truthEvents(parsed.value, { ...setting, problem }, '2026-04-02T00:00:00.000Z');
    return 'why' in result ? result.why : result.events;
  };

  it('is a label, or a value for a regression', () => {
    const key = { id: 'e1', model: 'm', time: '2026-04-02T00:00:00.000Z' };
    expect(truth('1.0')).toEqual([{ ...key, label: '1' }]);
    expect(truth('12.5', 'regression')).toEqual([{ ...key, value: 12.5 }]);
    expect(truth('late', 'regression')).toMatch(/its value is "late"/);
    expect(truth('')).toBe('holds no label');
  });

  it('was collected at the hour in its path', () => {
    expect(collectedAt('s3/truth/2026/04/02/13/part-0.jsonl')).toBe('2026-04-02T13:00:00.000Z');
    expect(collectedAt('truth/2026/13/02/13/a.jsonl')).toBeNull();
    expect(collectedAt('a.jsonl')).toBeNull();
  });
});

it('labels are texts, and numbers without needless digits', () =>
  expect(['1.0', 1, ' late ', true].map(labelText)).toEqual(['1', '1', 'late', 'true']));
