import type { TopLevelSpec } from 'vega-lite';
import { BASE, timeAxis } from './chart-specs.js';

export type BiasPoint = {
  timeMs: number;
  group: string;
  value: number;
  low: number;
  high: number;
  baseline: number | null;
  /** Distance from 0 that is allowed. */
  limit: number | null;
};

const y = (field: string) => ({
  field,
  type: 'quantitative' as const,
  title: 'difference in favourable decisions',
  axis: { format: '%', tickCount: 5 },
});
const color = { field: 'group', type: 'nominal' as const, title: null, legend: {} };

/** biasLines: a difference per group over time with its interval, the value at training (dashed), and what is allowed on both sides of 0 (shaded). */
export function biasLines(points: readonly BiasPoint[]): TopLevelSpec {
  const x = { field: 'timeMs', ...timeAxis };
  const limits = points.flatMap(({ limit }) => (limit === null ? [] : [limit]));
  const allowed = limits.length === 0 ? [] : [{ from: -Math.min(...limits), to: Math.min(...limits) }];
  return {
    ...BASE,
    width: 470,
    height: 210,
    data: { values: points },
    layer: [
      {
        data: { values: allowed },
        mark: { type: 'rect', color: '#e8f5ee' },
        encoding: { y: y('from'), y2: { field: 'to' } },
      },
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: 'rule', color: '#c9d1da' },
        encoding: { y: y('zero') },
      },
      { mark: { type: 'area', opacity: 0.15 }, encoding: { x, y: y('low'), y2: { field: 'high' }, color } },
      { mark: { type: 'rule', opacity: 0.5 }, encoding: { x, y: y('low'), y2: { field: 'high' }, color } },
      {
        mark: { type: 'line', strokeDash: [5, 4], strokeWidth: 1.2, opacity: 0.8 },
        encoding: { x, y: y('baseline'), color },
      },
      {
        mark: { type: 'line', point: { size: 16 }, strokeWidth: 1.8 },
        encoding: { x, y: y('value'), color },
      },
    ],
  } as TopLevelSpec;
}

export type RankedFeature = { feature: string; share: number; when: 'training' | 'now' };

/** rankingBars: the share of the attribution that each feature had at training and has now, in the order of training. */
export function rankingBars(values: readonly RankedFeature[], order: readonly string[]): TopLevelSpec {
  return {
    ...BASE,
    width: 400,
    height: { step: 13 },
    data: { values },
    mark: { type: 'bar' },
    encoding: {
      y: { field: 'feature', type: 'nominal', title: null, sort: order, axis: { labelLimit: 200 } },
      yOffset: { field: 'when', sort: ['training', 'now'] },
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'share of the attribution',
        axis: { format: '%', tickCount: 5 },
      },
      color: {
        field: 'when',
        type: 'nominal',
        title: null,
        sort: ['training', 'now'],
        scale: { domain: ['training', 'now'], range: ['#c9d1da', '#0b6e99'] },
      },
    },
  } as TopLevelSpec;
}
