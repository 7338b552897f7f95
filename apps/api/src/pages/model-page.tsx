import { alertPagePath, modelPagePath, type AlertState } from '#libs/contracts';
import { describeSegment, describeSubject } from '#libs/monitoring';
import { featureName, formatCount, formatPercent, formatTime } from './format.js';
import type { AttributionSection } from './attribution-section.data.js';
import type { BiasSection } from './bias-section.data.js';
import { Badge, Card, Chart, renderPage, Tile } from './layout.js';
import { AttributionCards, BiasCards } from './special-sections.js';

export type ModelPage = {
  project: string;
  model: string;
  version: string;
  versions: string[];
  description: string;
  timeZone: string;
  signedIn: boolean;
  /** Of the days shown. */
  totals: { days: number; predictions: number; labelled: number; accuracy: number | null };
  alerts: AlertState[];
  /** Charts that were made; null where there is nothing to draw yet. */
  trafficSvg: string | null;
  coverageSvg: string | null;
  /** One heat map per feature and metric, the worst first. */
  drift: { feature: string; metric: string; svg: string; breaches: number }[];
  /** Null where no monitor of the kind has found anything yet. */
  bias: BiasSection | null;
  attribution: AttributionSection | null;
};

export function modelPage(page: ModelPage): string {
  return renderPage({
    title: `${page.model} ${page.version}`,
    signedIn: page.signedIn,
    children: (
      <>
        <h1>
          {page.model} <span class="soft">version {page.version}</span>
        </h1>
        <p class="lead">
          {page.description || 'No description'} · project {page.project} · times in {page.timeZone}
        </p>
        {page.signedIn && page.versions.length > 1 && <Versions page={page} />}
        <Totals page={page} />
        <Card title="Alerts">
          <Alerts page={page} />
        </Card>
        <div class="two">
          <Card title="Predictions per day">
            <ChartOrNothing svg={page.trafficSvg} nothing="No profiled traffic yet." />
          </Card>
          <Card title="Label coverage and accuracy">
            <ChartOrNothing svg={page.coverageSvg} nothing="No ground truth has arrived yet." />
          </Card>
        </div>
        {page.bias !== null && <BiasCards section={page.bias} timeZone={page.timeZone} />}
        {page.attribution !== null && (
          <AttributionCards section={page.attribution} timeZone={page.timeZone} />
        )}
        <Drift page={page} />
      </>
    ),
  });
}

function Versions({ page }: { page: ModelPage }) {
  return (
    <nav class="chips" aria-label="Versions">
      {page.versions.map((version) => (
        <a
          class={version === page.version ? 'on' : ''}
          href={`${modelPagePath(page.project, page.model)}?version=${encodeURIComponent(version)}`}
        >
          {version}
        </a>
      ))}
    </nav>
  );
}

function Totals({ page: { totals, alerts } }: { page: ModelPage }) {
  const coverage = totals.predictions === 0 ? null : totals.labelled / totals.predictions;
  const open = alerts.filter((alert) => alert.status === 'open').length;
  return (
    <div class="tiles">
      <Tile label={`predictions in ${totals.days} days`} value={formatCount(totals.predictions)} />
      <Tile label="with ground truth" value={formatPercent(coverage)} />
      <Tile label="accuracy" value={formatPercent(totals.accuracy)} />
      <Tile label="open alerts" value={formatCount(open)} />
    </div>
  );
}

/** Rows without a feature are the predictions as a whole; metrics of a group have labels. */
const subjectName = (subject: string): string =>
  subject === '' ? featureName(subject) : describeSubject(subject);

const whoOf = (alert: AlertState): string =>
  alert.facetValue === '' ? describeSegment(alert) : `${describeSegment(alert)}, ${alert.facetValue}`;

function Alerts({ page }: { page: ModelPage }) {
  if (page.alerts.length === 0) return <p class="empty">None so far.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>Status</th>
          <th>Where</th>
          <th>What moved</th>
          <th>Monitor</th>
          <th>Since</th>
        </tr>
      </thead>
      <tbody>
        {page.alerts.map((alert) => (
          <tr key={alert.alertId}>
            <td>
              <Badge text={alert.status} /> <Badge text={alert.severity} />
            </td>
            <td>
              {page.signedIn ? (
                <a href={alertPagePath(page.project, alert.alertId)}>{whoOf(alert)}</a>
              ) : (
                whoOf(alert)
              )}
            </td>
            <td>{alert.features.map(subjectName).join(', ') || '–'}</td>
            <td>{alert.monitor}</td>
            <td>{formatTime(alert.openedAtMs, page.timeZone)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Drift({ page }: { page: ModelPage }) {
  if (page.drift.length === 0) {
    return (
      <Card title="Drift">
        <p class="empty">
          No window has been evaluated yet. The first one is due a day and an hour after the first event.
        </p>
      </Card>
    );
  }
  return (
    <>
      {page.drift.map(({ feature, metric, svg, breaches }) => (
        <Card title={`${featureName(feature)}: ${metric} per segment value`} key={`${feature} ${metric}`}>
          <p class="soft">{breaches === 0 ? 'No breach.' : `${formatCount(breaches)} breached, framed.`}</p>
          <Chart svg={svg} />
        </Card>
      ))}
    </>
  );
}

function ChartOrNothing({ svg, nothing }: { svg: string | null; nothing: string }) {
  return svg === null ? <p class="empty">{nothing}</p> : <Chart svg={svg} />;
}
