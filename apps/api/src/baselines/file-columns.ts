import type { FieldError } from '../http/problem.js';

/** Sniffed: the column names of a file, in its order, or why it cannot be a baseline. */
export type Sniffed = { ok: true; columns: string[] } | { ok: false; error: FieldError };

export const COLUMNS_MAX = 4_000;
const NAME_CHARS_MAX = 256;

/** refuse: for what is wrong with a file as a whole, or with a named part of it. */
export const refuse = (message: string, field = 'file'): Sniffed => ({
  ok: false,
  error: { field, message },
});

/** checkColumns: the names as they are, or what is wrong with them. */
export const checkColumns = (columns: string[]): Sniffed => {
  if (columns.length > COLUMNS_MAX) return refuse(`has more than ${COLUMNS_MAX} columns`);
  const unnamed = columns.indexOf('');
  if (unnamed !== -1) return refuse(`column ${unnamed + 1} has no name`, 'header');
  const long = columns.find((name) => name.length > NAME_CHARS_MAX);
  if (long !== undefined)
    return refuse(
      `column '${long.slice(0, 40)}…' has a name longer than ${NAME_CHARS_MAX} characters`,
      'header',
    );
  const control = columns.find((name) => /\p{Cc}/u.test(name));
  if (control !== undefined)
    return refuse(
      `column '${JSON.stringify(control).slice(1, 40)}' has a line break or another control character in its name`,
      'header',
    );
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) return refuse(`column '${twice}' is there twice`, 'header');
  return { ok: true, columns };
};
