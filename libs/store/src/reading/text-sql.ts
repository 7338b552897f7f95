import { SPACE } from '#libs/contracts';

/** sqlText: a string literal; regular expressions keep their backslashes. */
export const sqlText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** trimmedSql: without spaces, tabs and ends of line around it. */
export const trimmedSql = (text: string): string => `trimBoth(${text}, ${sqlText(SPACE)})`;

/** parsedNumber: SQL of text as Nullable(Float64), NULL where it spells no number. */
export const parsedNumber = (text: string): string => `toFloat64OrNull(${trimmedSql(text)})`;
