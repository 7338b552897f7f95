import { fileURLToPath } from 'node:url';
import { attribution } from './attribution.js';
import { bias } from './bias.js';
import { ingestion } from './ingestion.js';
import { modelOverview } from './model-overview.js';
import { segmentPerformance } from './segment-performance.js';

/** Where the generated JSON lives, seen from the sources. */
export const DASHBOARDS_DIRECTORY = fileURLToPath(new URL('../dashboards/', import.meta.url));

/** File name → the JSON that Grafana loads, exactly as committed. */
export function dashboards(): Record<string, string> {
  const render = (dashboard: unknown) => `${JSON.stringify(dashboard, null, 2)}\n`;
  return {
    'attribution.json': render(attribution().build()),
    'bias.json': render(bias().build()),
    'ingestion.json': render(ingestion().build()),
    'model-overview.json': render(modelOverview().build()),
    'segment-performance.json': render(segmentPerformance().build()),
  };
}
