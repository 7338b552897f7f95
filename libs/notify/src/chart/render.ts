import { fileURLToPath } from 'node:url';

import { renderAsync } from '@resvg/resvg-js';
import { loader as makeLoader, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

const ZOOM = 2;
/** What the bundled font can draw; for anything else the fonts of the system are asked, which takes longer. */
const COVERED =
  /^[\p{ASCII}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{P}\p{S}\p{N}\p{Z}\u200b]*$/u;

const fontFiles = (): string[] =>
  [
    import.meta.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
    import.meta.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
  ].map((url) => fileURLToPath(url));

/** A specification carries its data; nothing may be loaded for it. */
const sealedLoader = () => ({
  ...makeLoader(),
  load: () => Promise.reject(new Error('a chart loads nothing')),
});

/** renderSvg: a Vega-Lite specification as SVG text, without a browser. */
export const renderSvg = async (spec: TopLevelSpec): Promise<string> => {
  const view = new View(parse(compile(spec).spec), { renderer: 'none', loader: sealedLoader() });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
};

/** renderPng: the same as a PNG at twice its size, with fonts of our own: mail clients show no SVG and servers have no fonts. */
export const renderPng = async (spec: TopLevelSpec): Promise<Buffer> => {
  const svg = await renderSvg(spec);
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    background: '#ffffff',
    font: {
      fontFiles: fontFiles(),
      loadSystemFonts: !COVERED.test(svg),
      defaultFontFamily: 'Inter',
      sansSerifFamily: 'Inter',
    },
  });
  return image.asPng();
};
