import { modelPagePath, type AlertState, type AlertTransition, type Finding } from '#libs/contracts';
import { describeSegment } from '#libs/monitoring';
import { FindingsTable } from './findings-table.js';
import { featureName, formatTime, formatWindow } from './format.js';
import { Badge, Card, Chart, renderPage } from './layout.js';

const NUMBERS = ['value', 'limit', 'p', 'rows', 'trainingRows'] as const;

type Notice = { channel: string; outcome: string; detail: string; atMs: number };

export type AlertPage = {
  state: AlertState;
  monitorName: string;
  headline: string;
  /** One plain sentence per breached finding, worst first. */
  sentences: string[];
  /** Raised by ingestion: there is no window of data and no monitor behind it. */
  ofIngestion: boolean;
  timeZone: string;
  signedIn: boolean;
  window: { startMs: number; endMs: number };
  /** Everything the monitor found for this segment value in that window. */
  findings: Finding[];
  /** Baseline against window, one per breached feature. */
  distributions: { feature: string; svg: string }[];
  /** The worst metric over time with its limit. */
  history: { title: string; svg: string } | null;
  transitions: { transition: AlertTransition; notices: Notice[] }[];
};

export function alertPage(page: AlertPage): string {
  const { state, timeZone } = page;
  return renderPage({
    title: page.headline,
    signedIn: page.signedIn,
    children: (
      <>
        <p class="soft">
          <Badge text={state.status} /> <Badge text={state.severity} /> since{' '}
          {formatTime(state.openedAtMs, timeZone)}
        </p>
        <h1>{page.headline}</h1>
        {page.ofIngestion ? (
          <p class="lead">Ingestion of project {state.project}</p>
        ) : (
          <Subject page={page} />
        )}
        {page.sentences.length > 0 && (
          <Card title={page.ofIngestion ? 'What happened' : 'What moved'}>
            <ul class="sentences">
              {page.sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </Card>
        )}
        <div class="two">
          {page.distributions.map(({ feature, svg }) => (
            <Card title={`${featureName(feature)}: baseline and window`} key={feature}>
              <Chart svg={svg} />
            </Card>
          ))}
          {page.history !== null && (
            <Card title={page.history.title}>
              <Chart svg={page.history.svg} />
            </Card>
          )}
        </div>
        {!page.ofIngestion && (
          <Card title="Numbers of this window">
            <FindingsTable findings={page.findings} numbers={NUMBERS} />
          </Card>
        )}
        <Card title="History">
          <History page={page} />
        </Card>
      </>
    ),
  });
}

/** What of the data the alert is about. */
function Subject({ page: { state, signedIn, monitorName, window, timeZone } }: { page: AlertPage }) {
  return (
    <p class="lead">
      {signedIn ? (
        <a href={`${modelPagePath(state.project, state.model)}?version=${encodeURIComponent(state.version)}`}>
          {state.model}
        </a>
      ) : (
        state.model
      )}{' '}
      version {state.version} · {describeSegment(state)}
      {state.facetValue === '' ? '' : ` · ${state.facet}: ${state.facetValue}`} · monitor {monitorName} ·
      window {formatWindow(window, timeZone)} ({timeZone})
    </p>
  );
}

function History({ page: { transitions, timeZone } }: { page: AlertPage }) {
  return (
    <table>
      <thead>
        <tr>
          <th>Window</th>
          <th>What</th>
          <th>Why</th>
          <th>Told</th>
        </tr>
      </thead>
      <tbody>
        {transitions.map(({ transition, notices }) => (
          <tr key={transition.transitionId}>
            <td>{formatWindow(transition.window, timeZone)}</td>
            <td>
              <Badge text={transition.kind} />
            </td>
            <td>{transition.why}</td>
            <td>
              {notices.length === 0 && <span class="soft">not yet</span>}
              {notices.map((notice) => (
                <div key={notice.channel}>
                  {notice.channel} <Badge text={notice.outcome} /> <span class="soft">{notice.detail}</span>
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
