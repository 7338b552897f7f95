import type { AlertChart } from '#libs/contracts';
import type { TopLevelSpec } from 'vega-lite';

import { oneLine } from '../content/text.js';

const CELLS_MAX = 40;
const LABEL_MAX_CHARS = 28;
/** The width of a mail's column, so that the picture is shown pixel for pixel. */
const WIDTH_PX = 536;
const HEIGHT_PX = 300;
const BAND_PX = 30;
/** Grey against orange keeps apart for every kind of colour vision and in print. */
const BASELINE_COLOUR = '#a3adba';
const WINDOW_COLOUR = '#e8590c';
const SOURCES = ['Baseline', 'Window'] as const;

type Row = { cell: string; source: (typeof SOURCES)[number]; share: number };

/** Two cells may carry the same text once it is cut; a mark without width keeps them apart on the axis. */
const uniqueLabels = (labels: readonly string[]): string[] =>
  labels.map(
    (label, index) =>
      label + '\u200b'.repeat(labels.slice(0, index).filter((earlier) => earlier === label).length),
  );

const share = (value: number): number => (Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : 0);

const rowsOf = (cells: AlertChart['cells'], labels: readonly string[]): Row[] =>
  cells.flatMap((cell, index) => [
    { cell: labels[index] ?? '', source: 'Baseline', share: share(cell.baseline) },
    { cell: labels[index] ?? '', source: 'Window', share: share(cell.window) },
  ]);

const colour = {
  field: 'source',
  type: 'nominal',
  scale: { domain: [...SOURCES], range: [BASELINE_COLOUR, WINDOW_COLOUR] },
  legend: { orient: 'top', title: null, direction: 'horizontal', symbolType: 'square', offset: 6 },
} as const;

const shareAxis = {
  format: '.0%',
  tickCount: 5,
  title: 'share of rows',
  domain: false,
  ticks: false,
} as const;

const config: TopLevelSpec['config'] = {
  font: 'Inter, system-ui, sans-serif',
  background: '#ffffff',
  view: { stroke: null },
  title: { anchor: 'start', fontSize: 14, fontWeight: 600, color: '#1c2430', offset: 10 },
  axis: {
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 400,
    labelColor: '#3d4856',
    titleColor: '#5b6675',
    gridColor: '#e9edf1',
    domainColor: '#b8c0ca',
    tickColor: '#b8c0ca',
    labelLimit: 220,
  },
  legend: { labelFontSize: 12, labelColor: '#1c2430', symbolSize: 110 },
};

/** Numeric cells stand side by side in the order of their values; categories lie below each other, where long names have room. */
const encodingOf = (chart: AlertChart, labels: readonly string[]) => {
  const cell = {
    field: 'cell',
    type: 'ordinal',
    sort: [...labels],
    scale: { paddingInner: 0.25, paddingOuter: 0.15 },
  } as const;
  const offset = { field: 'source', sort: [...SOURCES] };
  const value = { field: 'share', type: 'quantitative', axis: shareAxis } as const;
  if (chart.kind === 'categorical')
    return {
      y: { ...cell, axis: { title: null, ticks: false, labelPadding: 6 } },
      yOffset: offset,
      x: value,
      color: colour,
    };
  const title = chart.unit === undefined ? null : oneLine(chart.unit, 60);
  const tilted = labels.some((label) => label.length > 6);
  return {
    x: { ...cell, axis: { title, ticks: false, labelAngle: tilted ? -35 : 0, labelPadding: 6 } },
    xOffset: offset,
    y: value,
    color: colour,
  };
};

/** chartSpec: baseline against window as a Vega-Lite specification with the data inside; at most 40 cells. */
export const chartSpec = (chart: AlertChart): TopLevelSpec => {
  const cells = chart.cells.slice(0, CELLS_MAX);
  const labels = uniqueLabels(cells.map(({ label }) => oneLine(label, LABEL_MAX_CHARS) || '(empty)'));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: oneLine(chart.title, 90),
    width: WIDTH_PX,
    height: chart.kind === 'categorical' ? Math.max(2, cells.length) * BAND_PX : HEIGHT_PX,
    autosize: { type: chart.kind === 'categorical' ? 'fit-x' : 'fit', contains: 'padding' },
    padding: { left: 0, top: 4, right: 14, bottom: 4 },
    data: { values: rowsOf(cells, labels) },
    mark: { type: 'bar', cornerRadiusEnd: 1 },
    encoding: encodingOf(chart, labels),
    config,
  };
};
