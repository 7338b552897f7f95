import type { AlertChart } from '#libs/contracts';
import { describe, expect, it, vi } from 'vitest';

import { exampleMessage } from '../example-message.js';
import { chartSpec } from './chart-spec.js';
import { renderPng, renderSvg } from './render.js';

vi.setConfig({ testTimeout: 30_000 });

const numeric = exampleMessage().chart!;
const categorical = (labels: readonly string[]): AlertChart => ({
  title: 'origin',
  kind: 'categorical',
  cells: labels.map((label, index) => ({ label, baseline: 0.1 * index, window: 0.2 })),
});
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

describe('renderSvg', () => {
  it.each([
    ['numeric', numeric, 20],
    ['categorical', categorical(['ATL', 'ORD', 'DFW']), 6],
  ])('draws one bar per cell and side: %s', async (_, chart, bars) => {
    const svg = await renderSvg(chartSpec(chart));
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(bars);
    for (const { label } of chart.cells) expect(svg).toContain(label.replace('<', '&lt;'));
    expect(svg).toContain(chart.title);
  });

  it('keeps the order of the cells, also of equal and of cut labels', async () => {
    const long = 'x'.repeat(60);
    const svg = await renderSvg(chartSpec(categorical(['b', 'a', `${long}1`, `${long}2`, 'b', ''])));
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(12);
    expect(svg.indexOf('>b<')).toBeLessThan(svg.indexOf('>a<'));
    expect(svg).toContain('(empty)');
  });

  it('makes well-formed text of any name', async () => {
    const svg = await renderSvg(chartSpec(categorical(['<script>&"', 'nul\u0000', 'half \ud800', '中国'])));
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0000');
    expect(svg).not.toMatch(/\p{Cs}/u);
  });

  it('bounds the cells and survives shares that are none', async () => {
    const many = categorical(Array.from({ length: 500 }, (_, index) => `v${index}`));
    expect((await renderSvg(chartSpec(many))).match(/aria-roledescription="bar"/g)).toHaveLength(80);
    const odd: AlertChart = { ...numeric, cells: [{ label: 'x', baseline: Number.NaN, window: Infinity }] };
    expect(await renderSvg(chartSpec(odd))).not.toMatch(/NaN|Infinity/);
  });
});

describe('renderPng', () => {
  it('is a PNG at twice the width of a mail', async () => {
    const png = await renderPng(chartSpec(numeric));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(sizeOf(png)[0]).toBe(1072);
  });

  it('shows text without fonts of the system: only the letters of the title differ', async () => {
    const [one, same, other] = await Promise.all(
      ['mmmm', 'mmmm', 'oooo'].map((title) => renderPng(chartSpec({ ...numeric, title }))),
    );
    expect(one?.equals(same ?? Buffer.alloc(0))).toBe(true);
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });

  it('draws names in other scripts without failing', async () => {
    expect(sizeOf(await renderPng(chartSpec(categorical(['中国南方航空', 'العربية', '✈']))))[0]).toBe(1072);
  });
});
