import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DASHBOARDS_DIRECTORY, dashboards } from './dashboards.js';

describe('dashboards', () => {
  it.each(Object.entries(dashboards()))('%s is committed as its source gives it', async (name, json) => {
    expect(await readFile(`${DASHBOARDS_DIRECTORY}${name}`, 'utf8')).toBe(json);
  });

  it.each(Object.entries(dashboards()))(
    '%s has a description on every panel and the portable data source in every target',
    (_, json) => {
      const { panels } = JSON.parse(json) as {
        panels: {
          type: string;
          description?: string;
          targets?: { datasource: unknown; format: number; queryType: string }[];
        }[];
      };
      for (const panel of panels.filter((p) => p.type !== 'row')) {
        expect(panel.description).toBeTruthy();
        for (const target of panel.targets ?? []) {
          expect(target.datasource).toEqual({ type: 'grafana-clickhouse-datasource', uid: '${datasource}' });
          expect(target.format).toBe(target.queryType === 'timeseries' ? 0 : 1);
        }
      }
    },
  );
});
