import type { CheckConfig } from '#libs/contracts';
import { formatCount } from '#libs/monitoring';
import { judgeColumn, type DataCut } from '#libs/store';
import type { Columns } from './columns.js';
import type { Side } from './profile-sides.js';
import type { ReadFile } from './read-files.js';

type Input = {
  read: { baseline: ReadFile; current: ReadFile };
  columns: Columns;
  cut: DataCut;
  baseline: Side;
  current: Side;
  config: CheckConfig;
  /** What counting by groups had to assume. */
  remarks: readonly string[];
};

/** Columns that are written about, at most. */
const MAX_COLUMNS = 20;

/** warningsOf: what a reader should know about the files before believing the findings. */
export const warningsOf = (input: Input): string[] => [
  ...forms(input),
  ...undated(input),
  ...shortBaseline(input),
  ...otherTypes(input),
  ...input.columns.warnings.slice(0, MAX_COLUMNS),
  ...missing(input),
  ...input.remarks,
  ...unknownExplained(input),
];

/** How files were read that are written otherwise than is usual. */
const forms = ({ read }: Input): string[] =>
  [read.baseline, read.current].flatMap(({ input: { side }, file: { notes } }) =>
    notes.slice(0, MAX_COLUMNS).map((note) => `${side}: ${note}`),
  );

/** Attributions of what is no feature are compared with nothing. */
function unknownExplained({ columns: { listed, attributions } }: Input): string[] {
  const used = new Set(attributions.values());
  const lost = listed.filter(({ name, part }) => part === 'attribution' && !used.has(name));
  return lost
    .slice(0, MAX_COLUMNS)
    .map(({ name, why }) => `column '${name}' ${why}, which is no feature, and is not looked at`);
}

const undated = ({ baseline, current, columns: { parts } }: Input): string[] =>
  [
    { side: 'baseline', count: baseline.undated },
    { side: 'current', count: current.undated },
  ]
    .filter(({ count }) => count > 0)
    .map(
      ({ side, count }) =>
        `${side}: ${formatCount(count)} rows have no time in '${parts.time ?? ''}' and belong to no window`,
    );

function shortBaseline({ cut, baseline }: Input): string[] {
  if (cut.kind !== 'rows' || baseline.rows >= cut.rows) return [];
  return [
    `the baseline holds ${formatCount(baseline.rows)} rows, less than one window of ${formatCount(cut.rows)}: how windows differ by themselves is not known`,
  ];
}

/** A number in one file and text in the other is told by data quality too; here it is told in words. */
function otherTypes({ read, columns }: Input): string[] {
  const now = new Map(read.current.views.map((view) => [view.column.name, view]));
  const numeric = columns.features.filter(({ type }) => type === 'numeric');
  return numeric
    .flatMap(({ name }) => {
      const facts = now.get(name)?.facts;
      if (facts === undefined || facts.filled === 0 || facts.numbers >= facts.filled * 0.5) return [];
      if (judgeColumn(facts).type === 'numeric') return [];
      return [`column '${name}' holds numbers in the baseline and text in the current file`];
    })
    .slice(0, MAX_COLUMNS);
}

function missing({ read, columns }: Input): string[] {
  const now = new Set(read.current.columns.map(({ name }) => name));
  const lost = columns.listed.filter(({ name, part }) => part !== 'ignored' && !now.has(name));
  const told = lost.slice(0, MAX_COLUMNS).map(({ name }) => `'${name}'`);
  if (told.length === 0) return [];
  const more = lost.length > told.length ? ` and ${lost.length - told.length} more` : '';
  return [`the current file lacks ${told.join(', ')}${more}`];
}
