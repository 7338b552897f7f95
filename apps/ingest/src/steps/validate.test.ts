import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Quarantined } from './step.js';
import { validateGroundTruth, validatePrediction } from './validate.js';

const prediction = {
  id: '1',
  model: 'm',
  version: '1',
  time: '2026-11-22T10:00:00Z',
  features: { a: 1 },
  prediction: { label: 'x', score: 0.5 },
};
const truth = { id: '1', model: 'm', time: '2026-11-22T10:00:00Z', label: 'x' };
const parsed = (json: string): object => JSON.parse(json) as object;
const without = (object: object, key: string) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, index]));

describe('validatePrediction', () => {
  it.each([
    { name: 'the smallest event', event: without(prediction, 'features') },
    {
      name: 'attributions, scores, tags',
      event: {
        ...prediction,
        attributions: { a: 1, b: 'NaN', c: null },
        prediction: { scores: { x: 1 } },
        tags: { t: 'v', n: null },
      },
    },
    {
      name: 'any value in features',
      event: { ...prediction, features: { a: [1], b: null, c: { d: 1 }, e: 'x' } },
    },
    {
      name: 'features named like members of Object',
      event: { ...prediction, features: parsed('{"__proto__":1,"constructor":2,"toString":3}') },
    },
  ])('takes $name', ({ event }) => {
    expect(validatePrediction(event).kind).toBe('ok');
  });

  it.each([
    ...['id', 'model', 'version', 'time', 'prediction'].map((field) => ({
      name: `no ${field}`,
      event: without(prediction, field),
      field,
    })),
    { name: 'an empty object', event: {}, field: 'id' },
    { name: 'a list', event: [], field: '' },
    { name: 'null', event: null, field: '' },
    { name: 'a number', event: 5, field: '' },
    { name: 'a numeric id', event: { ...prediction, id: 5 }, field: 'id' },
    { name: 'an empty id', event: { ...prediction, id: '' }, field: 'id' },
    { name: 'an id of 129 characters', event: { ...prediction, id: 'x'.repeat(129) }, field: 'id' },
    { name: 'an id with half a surrogate pair', event: { ...prediction, id: '\ud800' }, field: 'id' },
    { name: 'a model name with a space', event: { ...prediction, model: 'a b' }, field: 'model' },
    { name: 'features as a list', event: { ...prediction, features: [1] }, field: 'features' },
    { name: 'an empty prediction', event: { ...prediction, prediction: {} }, field: 'prediction' },
    {
      name: 'a score as text',
      event: { ...prediction, prediction: { score: '0.5' } },
      field: 'prediction.score',
    },
    {
      name: 'an infinite score',
      event: { ...prediction, prediction: { score: Infinity } },
      field: 'prediction.score',
    },
    {
      name: 'an infinite class score',
      event: { ...prediction, prediction: { scores: { a: Infinity } } },
      field: 'prediction.scores.a',
    },
    {
      name: 'attributions as a list',
      event: { ...prediction, attributions: [0.1] },
      field: 'attributions',
    },
    { name: 'an unknown field', event: { ...prediction, extra: 1 }, field: 'extra' },
    { name: 'a numeric tag', event: { ...prediction, tags: { t: 5 } }, field: 'tags.t' },
    {
      name: 'a tag name of 257 characters',
      event: { ...prediction, tags: { ['x'.repeat(257)]: 'v' } },
      field: 'tags',
    },
  ])('quarantines $name, naming the field', ({ event, field }) => {
    expect(validatePrediction(event)).toMatchObject({ kind: 'quarantined', reason: 'schema', field });
  });

  it('refuses an own key __proto__ on the event itself', () => {
    const json = JSON.stringify(prediction);
    expect(validatePrediction(parsed(`{"__proto__":{"id":"2"},${json.slice(1)}`))).toMatchObject({
      kind: 'quarantined',
      reason: 'schema',
      field: '__proto__',
    });
  });

  it('counts 5,000 features as their own reason', () => {
    expect(validatePrediction({ ...prediction, features: many })).toMatchObject({
      reason: 'too_many_features',
      field: 'features',
    });
  });

  it('says what was found, shortened', () => {
    const step = validatePrediction({ ...prediction, id: 'y'.repeat(5_000) });
    expect(step.kind === 'quarantined' && step.message).toMatch(/128.*found "yyy/);
    expect(step.kind === 'quarantined' && step.message.length).toBeLessThan(250);
  });
});

describe('validateGroundTruth', () => {
  it.each([
    { name: 'a label', event: truth },
    { name: 'a value for one version', event: { ...without(truth, 'label'), value: 3, version: '2' } },
    {
      name: 'a retraction with a hint',
      event: { ...without(truth, 'label'), retract: true, predictedAt: truth.time },
    },
  ])('takes $name', ({ event }) => {
    expect(validateGroundTruth(event).kind).toBe('ok');
  });

  it.each([
    { name: 'nothing to say', event: without(truth, 'label'), field: '' },
    { name: 'label and value', event: { ...truth, value: 1 }, field: '' },
    { name: 'retract: false', event: { ...without(truth, 'label'), retract: false }, field: 'retract' },
    { name: 'an infinite value', event: { ...without(truth, 'label'), value: Infinity }, field: 'value' },
    { name: 'no id', event: without(truth, 'id'), field: 'id' },
    { name: 'an ill-formed id', event: { ...truth, id: 'a\udc00' }, field: 'id' },
  ])('quarantines $name', ({ event, field }) => {
    expect(validateGroundTruth(event)).toMatchObject({ kind: 'quarantined', reason: 'schema', field });
  });
});

/** Words of the schema checker, which nobody who sends events has to know. */
const CHECKER = /\bmust\b|\bNOT have\b|\bshould\b|ajv|schema|propert(?:y|ies)\b/i;
const messageOf = (step: Quarantined | { kind: 'ok' }): string =>
  step.kind === 'quarantined' ? `${step.field}: ${step.message}` : 'ok';

describe('messages', () => {
  it.each([
    {
      event: { ...prediction, time: '2026-11-29T10:00:00' },
      says: 'time: "2026-11-29T10:00:00" has no zone; write an RFC 3339 time such as 2026-11-29T10:00:00Z',
    },
    {
      event: { ...prediction, time: '2026-11-29 10:00' },
      says: 'time: "2026-11-29 10:00" has no zone; write an RFC 3339 time such as 2026-11-29T10:00:00Z',
    },
    {
      event: { ...prediction, time: '2026-11-29' },
      says: 'time: "2026-11-29" has no time of day and no zone; write an RFC 3339 time such as 2026-11-29T10:00:00Z',
    },
    {
      event: { ...prediction, time: '' },
      says: 'time: is empty; write an RFC 3339 time such as 2026-11-29T10:00:00Z',
    },
    {
      event: { ...prediction, time: 'x'.repeat(5_000) },
      says: `time: "${'x'.repeat(80)}…" is no time; write an RFC 3339 time such as 2026-11-29T10:00:00Z`,
    },
    {
      event: { ...prediction, time: 1_790_000_000 },
      says: 'time: is the number 1790000000; write an RFC 3339 time as a text',
    },
    {
      event: { ...prediction, prediction: {} },
      says: 'prediction: is empty; give label, score, scores or value',
    },
    {
      event: { ...prediction, prediction: { score: '0.5' } },
      says: 'prediction.score: is the text "0.5"; write a finite number',
    },
    {
      event: { ...prediction, prediction: { value: Infinity } },
      says: 'prediction.value: is a number beyond what a double holds; write a finite number',
    },
    {
      event: { ...prediction, prediction: { label: true } },
      says: 'prediction.label: is true; write a text',
    },
    {
      event: { ...prediction, prediction: { scores: [1] } },
      says: 'prediction.scores: is a list of 1; write an object',
    },
    {
      event: { ...prediction, tags: { region: 5 } },
      says: 'tags.region: is the number 5; write a text or null',
    },
    {
      event: { ...prediction, model: 'a b' },
      says: 'model: "a b" is no name; use 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit',
    },
    { event: { ...prediction, id: '' }, says: 'id: is empty; give at least one character' },
    {
      event: { ...prediction, id: 'y'.repeat(129) },
      says: `id: has 129 characters; use at most 128, found "${'y'.repeat(79)}…`,
    },
    { event: { ...prediction, features: many }, says: 'features: has 5000 entries; use at most 2000' },
    { event: [], says: ': the event is a list of 0; send a JSON object' },
  ])('of $says', ({ event, says }) => {
    expect(messageOf(validatePrediction(event))).toBe(says);
  });

  it.each([
    {
      event: without(truth, 'label'),
      says: ': holds none of label, value, retract; give exactly one of them',
    },
    {
      event: { ...truth, value: 1 },
      says: ': holds label and value; give exactly one of label, value, retract',
    },
    {
      event: { ...without(truth, 'label'), retract: false },
      says: 'retract: is false; write true to take a label back, or leave it out',
    },
    {
      event: { ...truth, predictedAt: '2026-02-30T10:00:00Z', time: 5 },
      says: 'time: is the number 5; write an RFC 3339 time as a text',
    },
  ])('of $says', ({ event, says }) => {
    expect(messageOf(validateGroundTruth(event))).toBe(says);
  });

  it('use no word of the schema checker, whatever stands in an event', () => {
    const field = fc.constantFrom(
      ...Object.keys(prediction),
      'attributions',
      'tags',
      'retract',
      'label',
      'value',
      'predictedAt',
    );
    const inside = fc.constantFrom('label', 'score', 'value', 'scores', 'x');
    // Digits only, so that no word of a value is taken for one of the message.
    const text = fc.string({ unit: fc.constantFrom('0', '1', '9', '-', ':', '.'), maxLength: 400 });
    const plain = fc.oneof(
      text,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const value = fc.oneof(plain, fc.dictionary(inside, fc.oneof(plain, fc.dictionary(inside, plain))));
    fc.assert(
      fc.property(fc.dictionary(field, value), fc.subarray(Object.keys(prediction)), (changes, kept) => {
        const base = Object.fromEntries(
          kept.map((name) => [name, prediction[name as keyof typeof prediction]]),
        );
        for (const validate of [validatePrediction, validateGroundTruth]) {
          const said = messageOf(validate({ ...base, ...changes }));
          expect(said).not.toMatch(CHECKER);
          expect(said.length).toBeLessThan(300);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
