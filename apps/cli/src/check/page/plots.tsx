import { formatNumber, formatPercent } from '#libs/monitoring';
import type { Density } from './density.js';

const WIDTH = 560;
const HEIGHT = 190;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 12, 10, 26];
const PLOT = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };

const at = (value: number): string => value.toFixed(1);
const percent = (share: number): string => formatPercent(share);

/** A step line over equal steps; `closed` down to the axis. */
function steps(shares: readonly number[], top: number, closed: boolean): string {
  const width = PLOT.width / Math.max(1, shares.length);
  const y = (share: number): number => TOP + PLOT.height * (1 - share / top);
  const line = shares
    .map((share, i) => `H${at(LEFT + i * width)}V${at(y(share))}H${at(LEFT + (i + 1) * width)}`)
    .join('');
  const start = `M${LEFT} ${at(TOP + PLOT.height)}`;
  return closed ? `${start}${line}V${at(TOP + PLOT.height)}Z` : `${start}${line}V${at(TOP + PLOT.height)}`;
}

/** Next to the width of the axis, what is as good as zero is zero. */
const tick = (value: number, width: number): string =>
  formatNumber(Math.abs(value) < width / 1_000 ? 0 : value);

/** A round number of at least `value`, so that an axis ends where a reader expects it. */
function niceTop(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * unit >= value) ?? 10) * unit;
}

function Grid({ top, label }: { top: number; label: (value: number) => string }) {
  return (
    <g class="grid">
      {[0, 0.5, 1].map((part) => {
        const y = TOP + PLOT.height * (1 - part);
        return (
          <>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={at(y)} y2={at(y)} />
            <text x={LEFT - 6} y={at(y + 4)} text-anchor="end">
              {label(top * part)}
            </text>
          </>
        );
      })}
    </g>
  );
}

/** DensityPlot: both distributions of a number over each other. */
export function DensityPlot({
  baseline,
  window,
  label,
}: {
  baseline: Density;
  window: Density;
  label: string;
}) {
  const top = niceTop(Math.max(...baseline.shares, ...window.shares));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => ({
    x: LEFT + PLOT.width * part,
    text: tick(baseline.from + (baseline.to - baseline.from) * part, baseline.to - baseline.from),
  }));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <Grid top={top} label={percent} />
      <path class="area before" d={steps(baseline.shares, top, true)} />
      <path class="area now" d={steps(window.shares, top, true)} />
      <path class="line before" d={steps(baseline.shares, top, false)} />
      <path class="line now" d={steps(window.shares, top, false)} />
      <g class="axis">
        {ticks.map(({ x, text }, i) => (
          <text x={at(x)} y={HEIGHT - 8} text-anchor={i === 0 ? 'start' : i === 4 ? 'end' : 'middle'}>
            {text}
          </text>
        ))}
      </g>
    </svg>
  );
}

export type BarCell = { label: string; baseline: number; window: number };
const BAR = { height: 26, label: 150, value: 96 };
const MAX_LABEL = 22;

const short = (text: string): string => (text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text);

/** BarPlot: shares of categories, baseline above current. */
export function BarPlot({ cells, label }: { cells: readonly BarCell[]; label: string }) {
  const height = cells.length * BAR.height + 6;
  const top = Math.max(1e-9, ...cells.flatMap((cell) => [cell.baseline, cell.window]));
  const room = WIDTH - BAR.label - BAR.value;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
      {cells.map((cell, i) => {
        const y = i * BAR.height + 4;
        return (
          <g class="bars">
            <text x={BAR.label - 8} y={y + 14} text-anchor="end">
              <title>{cell.label}</title>
              {short(cell.label)}
            </text>
            <rect
              class="before"
              x={BAR.label}
              y={y}
              width={at((cell.baseline / top) * room)}
              height="9"
              rx="1.5"
            />
            <rect
              class="now"
              x={BAR.label}
              y={y + 10}
              width={at((cell.window / top) * room)}
              height="9"
              rx="1.5"
            />
            <text class="figure" x={WIDTH - 2} y={y + 14} text-anchor="end">
              {percent(cell.baseline)} → {percent(cell.window)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** `tone` is that of the finding's status. */
export type Point = { value: number | null; tone: string; label: string };

const DOTS: Readonly<Record<string, string>> = { bad: 'breach', doubt: 'doubtful' };

/** Timeline: a metric over the windows with its limit; what is breached is marked red, what is inconclusive amber. */
export function Timeline({
  points,
  limit,
  label,
}: {
  points: readonly Point[];
  limit: number | null;
  label: string;
}) {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  const top = niceTop(Math.max(0, limit ?? 0, ...values));
  const x = (i: number): number =>
    LEFT + (points.length === 1 ? PLOT.width / 2 : (PLOT.width * i) / (points.length - 1));
  const y = (value: number): number => TOP + PLOT.height * (1 - Math.min(1, Math.max(0, value / top)));
  const path = points
    .map(({ value }, i) => {
      if (value === null) return '';
      const isFirst = i === 0 || points[i - 1]?.value === null;
      return `${isFirst ? 'M' : 'L'}${at(x(i))} ${at(y(value))}`;
    })
    .join('');
  const [first, last] = [points[0]?.label ?? '', points.at(-1)?.label ?? ''];
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <Grid top={top} label={(value) => formatNumber(value)} />
      {limit !== null && (
        <line class="limit" x1={LEFT} x2={WIDTH - RIGHT} y1={at(y(limit))} y2={at(y(limit))} />
      )}
      <path class="line now" d={path} />
      {points.map(
        ({ value, tone, label: title }, i) =>
          value !== null &&
          (DOTS[tone] !== undefined || points.length <= 60) && (
            <circle
              class={DOTS[tone] ?? 'dot'}
              cx={at(x(i))}
              cy={at(y(value))}
              r={DOTS[tone] === undefined ? 2.2 : 4}
            >
              <title>
                {title}: {formatNumber(value)}
              </title>
            </circle>
          ),
      )}
      <g class="axis">
        <text x={LEFT} y={HEIGHT - 8}>
          {first}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 8} text-anchor="end">
          {last}
        </text>
      </g>
    </svg>
  );
}

/** What the two colours of all plots stand for. */
export const Legend = () => (
  <div class="legend">
    <span>
      <i class="before" />
      baseline
    </span>
    <span>
      <i class="now" />
      current
    </span>
  </div>
);
