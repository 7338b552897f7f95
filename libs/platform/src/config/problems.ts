import { z } from 'zod';

import { VARIABLES } from './environment.js';
import { nearest } from './nearest.js';

type Issue = z.core.$ZodIssue;

const FOUND_MAX_CHARS = 80;

const at = (tree: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[key] : undefined,
    tree,
  );

const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}.`);

/** A section that holds a secret is hidden as well: its value may be the secret, written one level too high. */
const holdsSecret = (path: string): boolean =>
  VARIABLES.some((variable) => {
    const own = variable.path.join('.');
    return variable.secret === true && (isWithin(path, own) || isWithin(own, path));
  });

const describe = (path: string, value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (holdsSecret(path)) return 'a value that is not shown';
  const text = JSON.stringify(value);
  return text.length > FOUND_MAX_CHARS ? `${text.slice(0, FOUND_MAX_CHARS)}…` : text;
};

const nameOf = (path: string): string => {
  const setter = VARIABLES.find(
    (variable) => path === variable.path.join('.') || path.startsWith(`${variable.path.join('.')}.`),
  );
  return setter === undefined ? path : `${path} (${setter.name})`;
};

const knownKeys = (schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] => {
  let node: unknown = schema;
  const unwrap = (value: unknown): unknown => {
    let inner = value;
    while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional)
      inner = inner.unwrap();
    return inner;
  };
  for (const key of path) {
    const current = unwrap(node);
    node = current instanceof z.ZodObject ? (current.shape as Record<PropertyKey, unknown>)[key] : undefined;
  }
  const end = unwrap(node);
  return end instanceof z.ZodObject ? Object.keys(end.shape) : [];
};

const unknownKey = (schema: z.core.$ZodType, path: readonly PropertyKey[], key: string): string => {
  const known = knownKeys(schema, path);
  const near = nearest(key, known);
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
  return `${[...path, key].join('.')}: no such setting; ${hint}`;
};

const problem = (schema: z.core.$ZodType, tree: unknown, issue: Issue): string[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, issue.path, key));
  const path = issue.path.join('.');
  return [`${nameOf(path)}: found ${describe(path, at(tree, issue.path))}; ${issue.message}`];
};

/** problems: one sentence per issue: the setting and its variable, what was found (never a secret), what is wanted. */
export const problems = (schema: z.core.$ZodType, tree: unknown, issues: readonly Issue[]): string[] =>
  issues.flatMap((issue) => problem(schema, tree, issue));
