import { isDecided, type FindingStatus } from '#libs/contracts';
import type { TopLevelSpec } from 'vega-lite';

const CONFIG = {
  font: 'DejaVu Sans, system-ui, sans-serif',
  background: 'transparent',
  view: { stroke: null },
  axis: {
    grid: true,
    gridColor: '#eef1f4',
    domainColor: '#c9d1da',
    tickColor: '#c9d1da',
    labelColor: '#5b6675',
    titleColor: '#5b6675',
    titleFontWeight: 500,
    /** A longer title would make the chart taller than it is. */
    titleLimit: 185,
  },
  legend: { labelColor: '#5b6675', titleColor: '#5b6675', orient: 'top' as const },
};
export const BASE = { $schema: 'https://vega.github.io/schema/vega-lite/v6.json' as const, config: CONFIG };
export const timeAxis = {
  type: 'temporal' as const,
  title: null,
  axis: { format: '%d %b', labelOverlap: true, tickCount: 8 },
};

export type Point = { timeMs: number; series: string; value: number };

/** Lines over time, one per series, with an optional limit as a dashed rule. */
export function lines(
  points: Point[],
  options: { unit: string; percent?: boolean; limit?: number; width?: number },
): TopLevelSpec {
  const format = options.percent === true ? '%' : points.some(({ value }) => value >= 1_000) ? '~s' : '~g';
  const encoding = {
    x: { field: 'timeMs', ...timeAxis },
    y: { field: 'value', type: 'quantitative' as const, title: options.unit, axis: { format, tickCount: 5 } },
  };
  const limit =
    options.limit === undefined
      ? []
      : [
          {
            data: { values: [{ limit: options.limit }] },
            mark: { type: 'rule' as const, strokeDash: [5, 4], color: '#b42318' },
            encoding: { y: { field: 'limit', type: 'quantitative' as const } },
          },
        ];
  return {
    ...BASE,
    width: options.width ?? 470,
    height: 190,
    layer: [
      {
        data: { values: points },
        mark: { type: 'line', point: { size: 14 }, strokeWidth: 1.8, color: '#0b6e99' },
        encoding: {
          ...encoding,
          color: {
            field: 'series',
            type: 'nominal',
            title: null,
            legend: new Set(points.map((p) => p.series)).size > 1 ? {} : null,
          },
        },
      },
      ...limit,
    ],
  } as TopLevelSpec;
}

export type HeatCell = { timeMs: number; row: string; ratio: number; status: FindingStatus };

/** decisionOf: what a cell that decides nothing is called in the legend; it has a colour of its own, whatever its value. */
const decisionOf = (status: FindingStatus): string =>
  status === 'inconclusive' ? 'inconclusive' : 'not decided';

/**
 * heatmap: rows × windows. The colour of what was decided is the metric as a multiple of its limit, framed where it is
 * breached; what is inconclusive is amber, what was not decided is brown-grey.
 */
export function heatmap(cells: HeatCell[], rowOrder: string[]): TopLevelSpec {
  const widthPerWindow = Math.max(
    6,
    Math.min(24, 880 / Math.max(1, new Set(cells.map((c) => c.timeMs)).size)),
  );
  const values = cells.map((cell) => ({
    ...cell,
    day: new Date(cell.timeMs).toISOString().slice(0, 16),
    decision: decisionOf(cell.status),
  }));
  const open = values.filter(({ status }) => !isDecided({ status }));
  const mark = { type: 'rect' as const, cornerRadius: 1 };
  return {
    ...BASE,
    data: { values },
    width: { step: widthPerWindow },
    height: { step: 16 },
    encoding: {
      x: {
        field: 'day',
        type: 'ordinal',
        title: null,
        axis: {
          labelOverlap: 'greedy',
          labelExpr: "timeFormat(toDate(datum.value), '%d %b')",
          labelAngle: 0,
          grid: false,
          ticks: false,
        },
      },
      y: {
        field: 'row',
        type: 'nominal',
        title: null,
        sort: rowOrder,
        axis: { grid: false, ticks: false, labelLimit: 220 },
      },
    },
    resolve: { scale: { color: 'independent' } },
    layer: [
      {
        transform: [{ filter: "datum.status === 'ok' || datum.status === 'breached'" }],
        mark,
        encoding: {
          color: {
            field: 'ratio',
            type: 'quantitative',
            title: 'share of the limit',
            scale: {
              domain: [0, 1, 3],
              range: ['#f2f5f7', '#f4b183', '#b42318'],
              interpolate: 'rgb',
              clamp: true,
            },
            legend: { format: '%', gradientLength: 160 },
          },
          stroke: { condition: { test: "datum.status === 'breached'", value: '#1b2330' }, value: null },
        },
      },
      ...(open.length === 0
        ? []
        : [
            {
              data: { values: open },
              mark,
              encoding: {
                color: {
                  field: 'decision',
                  type: 'nominal' as const,
                  title: null,
                  scale: { domain: ['inconclusive', 'not decided'], range: ['#f2b705', '#c3b7a1'] },
                },
              },
            },
          ]),
    ],
  } as TopLevelSpec;
}
