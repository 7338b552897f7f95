import { channelInputSchema, monitorBodySchema, segmentBodySchema } from '#libs/contracts';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';

import { describeFound, fieldErrors } from './issues.js';
import { knownKeys } from './known-keys.js';

const errorsOf = (schema: z.ZodType, input: unknown) => {
  const result = schema.safeParse(input);
  return result.success ? [] : fieldErrors(result.error.issues, { schema, input });
};

describe('fieldErrors', () => {
  const monitor = { name: 'n', kind: 'drift', model: 'm', version: '1' };
  const cases: [string, z.ZodType, unknown, string[]][] = [
    ['a missing field', monitorBodySchema, { ...monitor, model: undefined }, ['model']],
    ['several at once', monitorBodySchema, { ...monitor, kind: 'x', minRows: 0 }, ['kind', 'minRows']],
    ['a nested one', monitorBodySchema, { ...monitor, window: { every: 'day' } }, ['window.every']],
    [
      'the branch that was meant',
      segmentBodySchema,
      { kind: 'predicate', model: 'm', where: { all: [{ feature: 'a', isNull: 'x' }] } },
      ['where.all.0.isNull'],
    ],
    ['an unknown kind', segmentBodySchema, { kind: 'x' }, ['kind']],
    ['not even an object', monitorBodySchema, 5, ['body']],
  ];
  it.each(cases)('%s', (_, schema, input, fields) => {
    expect(errorsOf(schema, input).map(({ field }) => field)).toEqual(fields);
  });

  it('never repeats a secret', () => {
    const hook = 'not-an-address-but-secret';
    const inputs = [
      { kind: 'slack', secret: { webhookUrl: hook } },
      { kind: 'slack', secret: hook },
      { kind: 'webhook', secret: { url: hook, signingKey: 'short-secret' } },
      [{ secret: hook }],
    ];
    for (const input of inputs) {
      const text = JSON.stringify(errorsOf(channelInputSchema, input));
      expect(text).not.toBe('[]');
      expect(text).not.toMatch(/not-an-address|short-secret/);
    }
  });

  it('stops at fifty', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x${i}`, 1]));
    expect(errorsOf(monitorBodySchema, { ...monitor, ...many })).toHaveLength(50);
  });
});

describe('describeFound', () => {
  it.each([
    ['a', 5, '5'],
    ['a', null, 'null'],
    ['a', 'text', '"text"'],
    ['a', { b: 1 }, undefined],
    ['a', undefined, undefined],
    ['secret.url', 'x', undefined],
  ])('%s %j', (field, value, expected) => {
    expect(describeFound(field, value)).toBe(expected);
  });

  it('cuts what is long', () => {
    expect(describeFound('a', 'x'.repeat(500))).toHaveLength(81);
  });
});

describe('knownKeys', () => {
  it.each([
    [[], 'kind', true],
    [['thresholds'], 'psi', true],
    [['featureThresholds', 'distance'], 'psi', true],
    [['window'], 'settle', true],
    [['nothing'], 'psi', false],
  ])('at %j: %s', (path, key, expected) => {
    expect(knownKeys(monitorBodySchema, path).includes(key)).toBe(expected);
  });
});
