import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { checkConfigSchema, checkSchemas, type CheckConfig } from '#libs/contracts';
import { nearest } from '#libs/platform';
import { CheckProblem } from './problem.js';

type Path = readonly PropertyKey[];
type JsonSchema = Record<string, unknown>;
type Issue = z.core.$ZodIssue;

/** A configuration, and where in its file something stands. */
export type ConfigFile = { config: CheckConfig; at: (path: Path) => string };

export const NO_CONFIG: ConfigFile = { config: {}, at: () => 'the configuration' };

/** readConfig: the file as it is meant, or a sentence about its first fault with the line. */
export function readConfig(path: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false });
  const line = (offset: number): number => lines.linePos(offset).line;
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new CheckProblem(`--config ${path}, line ${line(broken.pos[0])}: is no YAML: ${broken.message}`);
  const at = (where: Path): string => `--config ${path}, line ${line(offsetOf(document, where))}`;
  const parsed = checkConfigSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return { config: parsed.data, at };
  const issue = deepest(parsed.error.issues);
  throw new CheckProblem(sentenceOf(issue, at));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    throw new CheckProblem(`--config ${path}: cannot be read (${code ?? String(error)}); give a YAML file`);
  }
}

/** Where a key stands (its value's parent knows it), or the nearest thing around it. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      : undefined;
    if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
}

const unknownKeys = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);

/** Of the shapes that a value may have, the one that was most likely meant speaks: that with the fewest unknown keys and other faults. */
function deepest(issues: readonly Issue[]): Issue {
  const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (first === undefined) throw new Error('no issue');
  if (first.code !== 'invalid_union' || first.errors.length === 0) return first;
  const weight = (some: readonly Issue[]): number =>
    unknownKeys(some) * 10 + some.length - 20 * Math.max(0, ...some.map(({ path }) => path.length));
  const meant = first.errors.toSorted((a, b) => weight(a) - weight(b))[0] ?? [];
  if (meant.length === 0 || meant.every((issue) => issue.code === 'invalid_type' && issue.path.length === 0))
    return first;
  const inner = deepest(meant);
  return { ...inner, path: [...first.path, ...inner.path] };
}

function sentenceOf(issue: Issue, at: ConfigFile['at']): string {
  const schema = checkSchemas()['check-config'];
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = knownNames(schema, schema, issue.path);
    return `${at([...issue.path, key])}: unknown key '${key}'${where === '' ? '' : ` in ${where}`}${hint(key, known)}`;
  }
  if (issue.code === 'invalid_key') {
    const key = String(issue.path.at(-1));
    const known = knownNames(schema, schema, issue.path.slice(0, -1));
    return `${at(issue.path)}: unknown name '${key}' in ${issue.path.slice(0, -1).map(String).join('.')}${hint(key, known)}`;
  }
  if (issue.code === 'invalid_value') {
    const found = typeof issue.input === 'string' ? issue.input : '';
    return `${at(issue.path)}: ${where} must be one of ${issue.values.slice(0, 12).map(String).join(', ')}${issue.values.length > 12 ? ', …' : ''}${hint(found, issue.values.map(String))}`;
  }
  return `${at(issue.path)}: ${where === '' ? 'the configuration' : where}: ${issue.message}`;
}

function hint(written: string, known: readonly string[]): string {
  const near = nearest(written, known);
  if (near !== undefined && near !== written) return `; did you mean '${near}'?`;
  return known.length === 0 ? '' : `; known are ${known.slice(0, 20).join(', ')}`;
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

/** The names that the schema knows at a path, over all shapes that the value may have. */
function knownNames(root: JsonSchema, schema: unknown, path: Path): string[] {
  if (!isObject(schema)) return [];
  const { $ref } = schema;
  if (typeof $ref === 'string') return knownNames(root, resolved(root, $ref), path);
  const shapes = [schema['anyOf'], schema['oneOf'], schema['allOf']].filter(Array.isArray).flat();
  if (shapes.length > 0) return [...new Set(shapes.flatMap((shape) => knownNames(root, shape, path)))];
  const [step, ...rest] = path;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  if (step === undefined) {
    const names = isObject(schema['propertyNames']) ? schema['propertyNames']['enum'] : [];
    return [...Object.keys(properties), ...(Array.isArray(names) ? names.map(String) : [])];
  }
  const inner = typeof step === 'number' ? schema['items'] : properties[String(step)];
  return knownNames(root, inner ?? schema['additionalProperties'], rest);
}

const resolved = (root: JsonSchema, ref: string): unknown =>
  ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), root);
