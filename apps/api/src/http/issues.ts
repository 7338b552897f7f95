import { nearest } from '#libs/platform';
import type { z } from 'zod';

import type { FieldError } from './problem.js';

type Issue = z.core.$ZodIssue;

const FOUND_CHARS_MAX = 80;
const ERRORS_MAX = 50;
const SECRET_FIELD = /(?:^|\.)(?:secret|password|webhookUrl|signingKey|token)(?:\.|$)/i;

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );

/** describeFound: the value as JSON, cut; undefined for an absent one and for anything that may be a secret. */
export const describeFound = (field: string, value: unknown): string | undefined => {
  if (value === undefined || SECRET_FIELD.test(field)) return undefined;
  const text = JSON.stringify(value);
  return text.length > FOUND_CHARS_MAX ? `${text.slice(0, FOUND_CHARS_MAX)}…` : text;
};

const fieldError = (field: string, message: string, found: string | undefined): FieldError => ({
  field,
  message,
  ...(found === undefined ? {} : { found }),
});

const join = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** The keys that would have been right are known only where the schema lists them. */
const withNearest = (message: string, key: string, known: readonly string[]): string => {
  const near = nearest(key, known);
  return near === undefined ? message : `${message}; did you mean '${near}'?`;
};

const enumKeys = (issue: Issue): string[] =>
  issue.code === 'invalid_key'
    ? issue.issues.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []))
    : [];

/** A union that failed is explained by the branch that came furthest, which is what the writer meant. */
const deepest = (branches: readonly (readonly Issue[])[]): readonly Issue[] => {
  const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((issue) => issue.path.length));
  const unknownKeys = (branch: readonly Issue[]) =>
    branch.filter((i) => i.code === 'unrecognized_keys').length;
  const ranked = [...branches].sort(
    (a, b) => depth(b) - depth(a) || unknownKeys(a) - unknownKeys(b) || a.length - b.length,
  );
  return ranked[0] ?? [];
};

const explain = (issue: Issue, input: unknown, base: readonly PropertyKey[]): FieldError[] => {
  const path = [...base, ...issue.path];
  const field = join(path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => fieldError(join([...path, key]), 'is not a known field', undefined));
  if (issue.code === 'invalid_key') {
    const key = String(issue.path.at(-1) ?? '');
    return [fieldError(field, withNearest('is not a known name', key, enumKeys(issue)), undefined)];
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return deepest(issue.errors).flatMap((inner) => explain(inner, input, path));
  const value = at(input, path);
  return [
    fieldError(
      field,
      value === undefined ? `is missing: ${issue.message}` : issue.message,
      describeFound(field, value),
    ),
  ];
};

/** fieldErrors: zod's issues in words of the API: the dotted field, the reason, what was found; at most 50. */
export const fieldErrors = (issues: readonly Issue[], input: unknown, prefix = ''): FieldError[] =>
  issues
    .flatMap((issue) => explain(issue, input, []))
    .slice(0, ERRORS_MAX)
    .map((error) => ({
      ...error,
      field: [prefix, error.field].filter((part) => part !== '').join('.') || 'body',
    }));
