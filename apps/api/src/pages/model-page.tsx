import { alertPagePath, modelPagePath, type AlertState, type Tally } from '#libs/contracts';
import {
  decidedSentence,
  describeSegment,
  describeSubject,
  mergeTallies,
  VERDICT_WORDS,
} from '#libs/monitoring';
import { featureName, formatCount, formatPercent, formatTime, formatWindow } from './format.js';
import type { AttributionSection } from './attribution-section.data.js';
import type { BiasSection } from './bias-section.data.js';
import { Badge, Card, Chart, renderPage, Tile } from './layout.js';
import { AttributionCards, BiasCards } from './special-sections.js';
import { verdictOfAll, type Standing } from './standings.js';

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
  drift: { feature: string; metric: string; svg: string; statuses: Tally }[];
  /** Monitors of this version, and what each says in its newest window. */
  monitors: Standing[];
  /** Whether any window was evaluated. */
  evaluated: boolean;
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
        <Card title="Monitors, newest window">
          <Monitors page={page} />
        </Card>
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

/** Monitors: what each says now, and of how much. Silence is told, never taken for health. */
function Monitors({ page: { monitors, timeZone } }: { page: ModelPage }) {
  if (monitors.length === 0)
    return <p class="empty">This version has no monitor: nothing of it is judged.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>Monitor</th>
          <th>Kind</th>
          <th>Verdict</th>
          <th>Decided</th>
          <th>Window</th>
        </tr>
      </thead>
      <tbody>
        {monitors.map(({ id, name, kind, enabled, verdict, statuses, window, overdue }) => (
          <tr key={id}>
            <td>{name}</td>
            <td>{kind.replaceAll('_', ' ')}</td>
            <td>
              {enabled ? <Badge text={verdict} words={VERDICT_WORDS[verdict]} /> : <Badge text="disabled" />}
            </td>
            <td>{window === null ? 'no window has been evaluated yet' : decidedSentence(statuses)}</td>
            <td>
              {window === null ? '–' : formatWindow(window, timeZone)}
              {enabled && overdue && <div class="soft">a newer one is overdue</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Totals({ page: { totals, alerts, monitors } }: { page: ModelPage }) {
  const coverage = totals.predictions === 0 ? null : totals.labelled / totals.predictions;
  const open = alerts.filter((alert) => alert.status === 'open').length;
  return (
    <div class="tiles">
      <Tile label={`predictions in ${totals.days} days`} value={formatCount(totals.predictions)} />
      <Tile label="with ground truth" value={formatPercent(coverage)} />
      <Tile label="accuracy" value={formatPercent(totals.accuracy)} />
      <Tile label="open alerts" value={formatCount(open)} />
      <Tile label={decided(monitors)} value={VERDICT_WORDS[verdictOfAll(monitors)]} />
    </div>
  );
}

const decided = (monitors: readonly Standing[]): string => {
  const own = monitors.filter(({ enabled }) => enabled);
  return own.length === 0 ? 'no monitor' : decidedSentence(mergeTallies(own.map(({ statuses }) => statuses)));
};

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
          {page.evaluated
            ? 'Windows have been evaluated, but no metric with a limit has anything to draw.'
            : 'No window has been evaluated yet. The first one is due a day and an hour after the first event.'}
        </p>
      </Card>
    );
  }
  return (
    <>
      {page.drift.map(({ feature, metric, svg, statuses }) => (
        <Card title={`${featureName(feature)}: ${metric} per segment value`} key={`${feature} ${metric}`}>
          <p class="soft">
            {`${formatCount(statuses.breached ?? 0)} breached, framed; ${decidedSentence(statuses)}.`}
          </p>
          <Chart svg={svg} />
        </Card>
      ))}
    </>
  );
}

function ChartOrNothing({ svg, nothing }: { svg: string | null; nothing: string }) {
  return svg === null ? <p class="empty">{nothing}</p> : <Chart svg={svg} />;
}
