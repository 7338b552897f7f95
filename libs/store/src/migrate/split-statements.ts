/** What may hold a semicolon without ending a statement: quoted text (with '' and \' inside) and comments. */
const TOKEN =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`;\-/]+|[-/]/gy;

/**
 * splitStatements: the statements of a migration in order, without comments and without empty ones. A quote that is never closed throws,
 * rather than sending half a file.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  let read = 0;
  for (const [token] of sql.matchAll(TOKEN)) {
    read += token.length;
    if (token.startsWith('--') || token.startsWith('/*')) current += ' ';
    else if (token === ';') {
      statements.push(current.trim());
      current = '';
    } else current += token;
  }
  if (read !== sql.length)
    throw new Error(`a quote opened at character ${read} is never closed: ${sql.slice(read, read + 40)}`);
  return [...statements, current.trim()].filter((statement) => statement !== '');
}
