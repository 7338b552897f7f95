/** NotCarried: something of a file that has no equal here, or only nearly. */
type NotCarried = { what: string; why: string };

/** ImportReport: what became of everything that was read, so that nothing is lost without a word. */
export type ImportReport = {
  carried: string[];
  /** Carried in another sense than in the file; `why` says which. */
  changed: NotCarried[];
  notCarried: NotCarried[];
  /** Keys that no known version of the format has, by path. */
  ignored: string[];
};

export const emptyReport = (): ImportReport => ({ carried: [], changed: [], notCarried: [], ignored: [] });

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), ''];

/** reportText: for the person at the keyboard. */
export const reportText = ({ carried, changed, notCarried, ignored }: ImportReport): string => {
  const because = (list: readonly NotCarried[]) => list.map(({ what, why }) => `${what}: ${why}`);
  return [
    ...section('Carried over', carried),
    ...section('Carried over with another meaning', because(changed)),
    ...section('Not carried over', because(notCarried)),
    ...section('Unknown keys, ignored', ignored),
  ]
    .join('\n')
    .trimEnd();
};
