import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  MappingType,
  QueryVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { findingStatuses, type FindingStatus } from '#libs/contracts';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

const PLUGIN = 'grafana-clickhouse-datasource';
/** Written into every target: without it the plugin's editor takes the query for an old one and migrates it. */
const PLUGIN_VERSION = '4.14.1';
/** The user picks the data source in a variable, so that the JSON works in any Grafana. */
export const dataSource = { type: PLUGIN, uid: '${datasource}' };

type Shape = 'timeseries' | 'table';
/** The plugin reads the integer, its editor the name; both must agree. */
const FORMAT: Record<Shape, number> = { timeseries: 0, table: 1 };

/** One ClickHouse query as the official data source stores it; SQL goes in with its macros and variables. */
export function sql(shape: Shape, rawSql: string, refId = 'A'): cog.Builder<cog.Dataquery> {
  const target = {
    refId,
    datasource: dataSource,
    pluginVersion: PLUGIN_VERSION,
    editorType: 'sql',
    queryType: shape,
    format: FORMAT[shape],
    rawSql: rawSql.trim(),
    _implementsDataqueryVariant: () => undefined,
  };
  return { build: () => target };
}

type PanelText = { title: string; description: string; unit?: string; span?: number; height?: number };

/** A line per series; the series' name is the query's string column. */
export function timeSeries(
  { title, description, unit = 'short', span = 12, height = 8 }: PanelText,
  rawSql: string,
): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .span(span)
    .height(height)
    .unit(unit)
    .lineWidth(2)
    .fillOpacity(8)
    .spanNulls(false)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .withTarget(sql('timeseries', rawSql));
}

export function table(
  { title, description, span = 24, height = 9 }: PanelText,
  rawSql: string,
): TableBuilder {
  return new TableBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .span(span)
    .height(height)
    .withTarget(sql('table', rawSql));
}

export function stat(
  { title, description, unit = 'short', span = 4, height = 4 }: PanelText,
  rawSql: string,
): StatBuilder {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(dataSource)
    .span(span)
    .height(height)
    .unit(unit)
    .withTarget(sql('table', rawSql));
}

type VariableOptions = { label: string; multi?: boolean; current?: string };

/** A drop-down that a query fills. */
export function choice(
  name: string,
  { label, multi = false, current }: VariableOptions,
  rawSql: string,
): QueryVariableBuilder {
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query(rawSql.trim())
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(multi)
    .includeAll(multi);
  if (multi) return variable.current({ text: ['All'], value: ['$__all'] });
  return current === undefined ? variable : variable.current({ text: current, value: current });
}

const OF_MODEL = "project = '${project}' AND model = '${model}' AND version = '${version}'";

export const variables = {
  datasource: new DatasourceVariableBuilder('datasource').label('Data source').type(PLUGIN),
  project: choice(
    'project',
    { label: 'Project' },
    "SELECT DISTINCT project FROM documents WHERE kind = 'project'",
  ),
  model: choice(
    'model',
    { label: 'Model' },
    "SELECT DISTINCT model FROM profile_runs WHERE project = '${project}'",
  ),
  version: choice(
    'version',
    { label: 'Version' },
    "SELECT DISTINCT version FROM profile_runs WHERE project = '${project}' AND model = '${model}'",
  ),
  segment: choice(
    'segment',
    { label: 'Segment', current: 'all' },
    `SELECT DISTINCT segment FROM current_profiles WHERE ${OF_MODEL}`,
  ),
  segmentValue: choice(
    'segment_value',
    { label: 'Segment value', multi: true },
    `SELECT DISTINCT segment_value FROM current_profiles WHERE ${OF_MODEL} AND segment = '\${segment}'`,
  ),
  feature: choice(
    'feature',
    { label: 'Feature' },
    `SELECT DISTINCT feature FROM current_profiles WHERE ${OF_MODEL} AND segment = 'all' AND feature != '' AND kind IN ('numeric', 'categorical')`,
  ),
};

/** What only the dashboard of bias asks for. */
export const biasVariables = {
  facet: choice(
    'facet',
    { label: 'Facet', multi: true },
    `SELECT DISTINCT facet FROM current_findings WHERE ${OF_MODEL} AND monitor_kind = 'bias'`,
  ),
  metric: choice(
    'bias_metric',
    { label: 'Metric', current: 'dppl' },
    `SELECT DISTINCT metric FROM current_findings WHERE ${OF_MODEL} AND monitor_kind = 'bias'`,
  ),
};

/** What every panel filters by. Live rows only: baselines are profiled into the same table. */
export const liveBuckets = `${OF_MODEL} AND origin = '' AND grain = 'bucket' AND segment = '\${segment}' AND segment_value IN (\${segment_value:singlequote}) AND $__timeFilter(start)`;
export const findingsOf = `${OF_MODEL} AND segment = '\${segment}' AND segment_value IN (\${segment_value:singlequote}) AND $__timeFilter(window_start)`;
export const ofModel = OF_MODEL;

/** UNDECIDED: SQL of a finding that says neither healthy nor not, for want of rows, labels, evidence or a value. */
export const UNDECIDED = "status NOT IN ('ok', 'breached', 'no_limit')";

/** WHY_UNDECIDED: SQL of a status as people read it, as summaries elsewhere have it. */
export const WHY_UNDECIDED = `transform(status,
  ['ok', 'breached', 'inconclusive', 'not_enough_data', 'no_data', 'no_baseline', 'waiting', 'no_limit'],
  ['within limit', 'breached', 'beyond its limit without evidence', 'too few rows', 'no rows', 'nothing in the baseline', 'no labels yet', 'no limit is set'],
  replaceAll(toString(status), '_', ' '))`;

const COLORS: Readonly<Record<FindingStatus, string>> = {
  ok: 'green',
  breached: 'red',
  inconclusive: 'orange',
  no_limit: 'text',
  not_enough_data: 'orange',
  no_data: 'orange',
  no_baseline: 'orange',
  waiting: 'orange',
  not_computable: 'orange',
  not_comparable: 'orange',
  failed: 'orange',
};

/** STATUS_COLORS: statuses of a column in words and in their colours; only `ok` is green. */
export const STATUS_COLORS = [
  {
    id: 'mappings',
    value: [
      {
        type: MappingType.ValueToText,
        options: Object.fromEntries(
          findingStatuses.map((status, index) => [
            status,
            { text: status.replaceAll('_', ' '), color: COLORS[status], index },
          ]),
        ),
      },
    ],
  },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];

/** zeroIs: colours of a number: what none means, and what `from` and more mean. */
export const zeroIs = (none: string, any: string, from = 1) =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: none },
    { value: from, color: any },
  ]);

/** What all dashboards share: the last month in UTC, read again every minute, and the choice of what to look at. */
export const dashboard = ({ title, uid, description }: { title: string; uid: string; description: string }) =>
  new DashboardBuilder(`Plumbline / ${title}`)
    .uid(uid)
    .description(description)
    .tags(['plumbline'])
    .time({ from: 'now-30d', to: 'now' })
    .timezone('utc')
    .refresh('1m')
    .withVariable(variables.datasource)
    .withVariable(variables.project)
    .withVariable(variables.model)
    .withVariable(variables.version)
    .withVariable(variables.segment)
    .withVariable(variables.segmentValue);
