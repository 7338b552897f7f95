import { nearest } from '#libs/platform';
import type { z } from 'zod';

import { knownKeys } from './known-keys.js';
import type { FieldError } from './problem.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const FOUND_CHARS_MAX = 80;
const KNOWN_SHOWN_MAX = 12;
const ERRORS_MAX = 50;
const SECRET_FIELD = /(?:^|\.)(?:secret|password|webhookUrl|signingKey|token|key)(?:\.|$)/i;

const at = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );

/** describeFound: a plain value as JSON, cut; nothing for objects (a secret may lie in them) and for fields that are secret. */
export const describeFound = (field: string, value: unknown): string | undefined => {
  if (value === undefined || (typeof value === 'object' && value !== null) || SECRET_FIELD.test(field))
    return undefined;
  const text = JSON.stringify(value);
  return text.length > FOUND_CHARS_MAX ? `${text.slice(0, FOUND_CHARS_MAX)}…` : text;
};

const join = (path: Path): string => path.map(String).join('.');

const unknownKey = (path: Path, key: string, known: readonly string[]): FieldError => {
  const near = nearest(key, known);
  const shown = known.slice(0, KNOWN_SHOWN_MAX).join(', ');
  const hint =
    near === undefined ? (shown === '' ? '' : `; known here: ${shown}`) : `; did you mean '${near}'?`;
  return { field: join([...path, key]), message: `is not a known name${hint}` };
};

/** A union that failed is explained by the branch that came furthest, which is what the writer meant. */
const deepest = (branches: readonly (readonly Issue[])[]): readonly Issue[] => {
  const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((issue) => issue.path.length));
  const unknownKeys = (branch: readonly Issue[]) =>
    branch.filter((issue) => issue.code === 'unrecognized_keys').length;
  const ranked = [...branches].sort(
    (a, b) => depth(b) - depth(a) || unknownKeys(a) - unknownKeys(b) || a.length - b.length,
  );
  return ranked[0] ?? [];
};

type Checked = { schema: z.ZodType; input: unknown };

const explain = (issue: Issue, checked: Checked, base: Path): FieldError[] => {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(checked.schema, path);
    return issue.keys.map((key) => unknownKey(path, key, known));
  }
  if (issue.code === 'invalid_key')
    return [unknownKey(path.slice(0, -1), String(path.at(-1)), knownKeys(checked.schema, path.slice(0, -1)))];
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return deepest(issue.errors).flatMap((inner) => explain(inner, checked, path));
  const value = at(checked.input, path);
  const field = join(path);
  const found = describeFound(field, value);
  return [
    {
      field,
      message: value === undefined ? `is missing: ${issue.message}` : issue.message,
      ...(found === undefined ? {} : { found }),
    },
  ];
};

/** fieldErrors: what a schema found wrong, in words of the API: the dotted field, the reason, what was found; at most 50. */
export const fieldErrors = (issues: readonly Issue[], checked: Checked, prefix = ''): FieldError[] =>
  issues
    .flatMap((issue) => explain(issue, checked, []))
    .slice(0, ERRORS_MAX)
    .map((error) => ({
      ...error,
      field: [prefix, error.field].filter((part) => part !== '').join('.') || 'body',
    }));
