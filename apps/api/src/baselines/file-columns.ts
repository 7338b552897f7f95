import type { FieldError } from '../http/problem.js';

const COLUMNS_MAX = 4_000;
const NAME_CHARS_MAX = 256;

const inHeader = (message: string): FieldError => ({ field: 'header', message });

/** columnFault: what keeps the columns of a file from being features of a version; undefined when nothing does. */
export const columnFault = (columns: readonly string[]): FieldError | undefined => {
  if (columns.length > COLUMNS_MAX)
    return { field: 'file', message: `has ${columns.length} columns; send at most ${COLUMNS_MAX}` };
  const unnamed = columns.indexOf('');
  if (unnamed !== -1) return inHeader(`column ${unnamed + 1} has no name`);
  const long = columns.find((name) => name.length > NAME_CHARS_MAX);
  if (long !== undefined)
    return inHeader(`column '${long.slice(0, 40)}…' has a name longer than ${NAME_CHARS_MAX} characters`);
  const control = columns.find((name) => /\p{Cc}/u.test(name));
  if (control !== undefined)
    return inHeader(
      `column '${JSON.stringify(control).slice(1, 40)}' has a line break or another control character in its name`,
    );
  const seen = new Set<string>();
  const twice = columns.find((name) => seen.has(name) || !seen.add(name));
  return twice === undefined ? undefined : inHeader(`column '${twice}' is there twice; rename one of them`);
};
