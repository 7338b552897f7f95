import { expect, test } from 'vitest';
import { inferFeature } from './feature-type.js';

const facts = { name: 'x', filled: 10_000, numbers: 0, booleans: 0, times: 0, phrases: 0, different: 100 };

test.each([
  { name: 'all numbers', has: { numbers: 10_000 }, type: 'numeric', role: 'input' },
  { name: '99 % numbers', has: { numbers: 9_900 }, type: 'numeric', role: 'input' },
  { name: 'fewer', has: { numbers: 9_899 }, type: 'categorical', role: 'input' },
  { name: 'truth values only', has: { booleans: 10_000, different: 2 }, type: 'boolean', role: 'input' },
  { name: 'truth values and another', has: { booleans: 9_999 }, type: 'categorical', role: 'input' },
  { name: 'no value', has: { filled: 0 }, type: 'numeric', role: 'input' },
  { name: 'many that repeat', has: { different: 5_000 }, type: 'categorical', role: 'input' },
  { name: 'names of rows', has: { different: 5_001 }, type: 'identifier', role: 'input' },
  {
    name: 'few rows, all different',
    has: { filled: 900, different: 900 },
    type: 'categorical',
    role: 'input',
  },
  { name: 'times', has: { times: 9_900, different: 9_000 }, type: 'timestamp', role: 'input' },
  { name: 'too few times', has: { times: 9_899, different: 9_000 }, type: 'identifier', role: 'input' },
  { name: 'sentences', has: { phrases: 5_001, different: 5_001 }, type: 'text', role: 'input' },
  {
    name: 'sentences that repeat',
    has: { phrases: 9_000, different: 5_000 },
    type: 'categorical',
    role: 'input',
  },
  {
    name: 'names of few words',
    has: { phrases: 5_000, different: 9_000 },
    type: 'identifier',
    role: 'input',
  },
  {
    name: 'too few sentences',
    has: { filled: 19, phrases: 19, different: 19 },
    type: 'categorical',
    role: 'input',
  },
])('$name: $type, $role', ({ has, type, role }) => {
  expect(inferFeature({ ...facts, ...has })).toEqual({ name: 'x', type, role });
});

test.each([
  ['created_at', 'timestamp'],
  ['signup_date', 'timestamp'],
  ['ts', 'timestamp'],
  ['elapsed_time', 'numeric'],
  ['candidate_id', 'numeric'],
  ['update', 'numeric'],
])('%s that holds seconds since 1970 is %s', (name, type) => {
  expect(inferFeature({ ...facts, name, numbers: 10_000, times: 10_000 }).type).toBe(type);
});
