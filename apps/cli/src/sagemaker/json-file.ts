import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { CommandProblem } from '../command-problem.js';

const MIB = 1_048_576;
/** Two thousand features with their sketches stay below; what is larger is another kind of file. */
const MAX_JSON_BYTES = 256 * MIB;

/** Parsed: a document, and the paths of keys that its format does not know. */
export type Parsed<T> = { value: T; ignored: string[] };

/** readText: a whole file, refused by its size before it is read. */
export async function readText(path: string, maxBytes = MAX_JSON_BYTES): Promise<string> {
  const { size, isFile } = await stat(path).then(
    (found) => ({ size: found.size, isFile: found.isFile() }),
    (error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      throw new CommandProblem(
        code === 'ENOENT' ? `${path}: there is no such file.` : `${path}: cannot be read (${code}).`,
      );
    },
  );
  if (!isFile) throw new CommandProblem(`${path}: is not a file.`);
  if (size > maxBytes)
    throw new CommandProblem(
      `${path}: has ${Math.round(size / MIB)} MiB, at most ${Math.round(maxBytes / MIB)} MiB are read; is it the right file?`,
    );
  return readFile(path, 'utf8');
}

const BYTE_ORDER_MARK = '\uFEFF';

function parseJson(text: string, path: string): unknown {
  const clean = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (clean.trim() === '') throw new CommandProblem(`${path}: is empty.`);
  try {
    return JSON.parse(clean);
  } catch (error) {
    const reason = (error as Error).message;
    const position = /position (\d+)/.exec(reason)?.[1];
    const atEnd =
      position === undefined
        ? /Unexpected end|Unterminated/.test(reason)
        : Number(position) >= clean.trimEnd().length;
    throw new CommandProblem(
      atEnd
        ? `${path}: ends after ${clean.length} characters in the middle of the document; it was cut off.`
        : `${path}: is not JSON (${reason}).`,
    );
  }
}

/** `features[3].numerical_statistics.mean` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');

const found = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );

/** without: the document less the keys at these paths; nothing that the caller holds is changed. */
function without(root: unknown, unknown: readonly { path: PropertyKey[]; keys: string[] }[]): unknown {
  const copy: unknown = structuredClone(root);
  for (const { path, keys } of unknown) {
    const holder = at(copy, path);
    if (typeof holder === 'object' && holder !== null)
      for (const key of keys) Reflect.deleteProperty(holder, key);
  }
  return copy;
}

const SHOWN_ISSUES = 3;

/**
 * parseDocument: text → document of a strict schema. Keys that the schema does not know are dropped and listed; anything else that does not
 * fit is one sentence with the path and what was found there.
 */
export function parseDocument<Schema extends z.ZodType>(
  text: string,
  path: string,
  schema: Schema,
): Parsed<z.output<Schema>> {
  const raw = parseJson(text, path);
  const strict = schema.safeParse(raw);
  if (strict.success) return { value: strict.data, ignored: [] };
  const strangers = strict.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? [{ path: issue.path, keys: issue.keys }] : [],
  );
  const ignored = strangers.flatMap(({ path: to, keys }) => keys.map((key) => pathText([...to, key])));
  const result = schema.safeParse(without(raw, strangers));
  if (result.success) return { value: result.data, ignored };
  const { issues } = result.error;
  const told = issues.slice(0, SHOWN_ISSUES).map((issue) => {
    const where = issue.path.length === 0 ? 'the document' : pathText(issue.path);
    return `${where} ${issue.message} (found ${found(at(raw, issue.path))})`;
  });
  const more = issues.length > SHOWN_ISSUES ? ` and ${issues.length - SHOWN_ISSUES} more` : '';
  throw new CommandProblem(`${path}: ${told.join('; ')}${more}.`);
}

/** readDocument: {@link readText}, then {@link parseDocument}. */
export const readDocument = async <Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<Parsed<z.output<Schema>>> => parseDocument(await readText(path), path, schema);
