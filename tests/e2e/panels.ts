import { dashboards } from '../../deploy/grafana/src/dashboards.js';

type Target = { rawSql: string; format: number };
export type PanelQuery = { dashboard: string; title: string; sql: string; isTimeSeries: boolean };

/** Every panel query of the committed dashboards, by dashboard and title. */
export function panelQueries(): PanelQuery[] {
  return Object.entries(dashboards()).flatMap(([dashboard, json]) => {
    const { panels } = JSON.parse(json) as { panels: { title: string; targets?: Target[] }[] };
    return panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ rawSql, format }) => ({ dashboard, title, sql: rawSql, isTimeSeries: format === 0 })),
    );
  });
}

/** Queries of the variables, which fill the drop-downs. */
export function variableQueries(): { name: string; sql: string }[] {
  const all = Object.values(dashboards()).flatMap((json) => {
    const { templating } = JSON.parse(json) as {
      templating: { list: { name: string; type: string; query: unknown }[] };
    };
    return templating.list;
  });
  return all.flatMap(({ name, type, query }) => (type === 'query' ? [{ name, sql: String(query) }] : []));
}

type Choice = { values: Record<string, string[]>; fromMs: number; toMs: number };

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** What the data source plugin does to a query before it sends it. */
export function expand(sql: string, { values, fromMs, toMs }: Choice): string {
  const time = (ms: number) => `toDateTime(${Math.floor(ms / 1_000)})`;
  return sql
    .replaceAll(
      /\$__timeFilter\(([^)]+)\)/g,
      (_, column: string) => `${column} >= ${time(fromMs)} AND ${column} <= ${time(toMs)}`,
    )
    .replaceAll('$__fromTime', time(fromMs))
    .replaceAll('$__toTime', time(toMs))
    .replaceAll(/\$\{(\w+):singlequote\}/g, (_, name: string) => (values[name] ?? []).map(quoted).join(','))
    .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values[name]?.[0] ?? '');
}
