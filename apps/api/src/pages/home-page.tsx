import { modelPagePath, type Tally, type Verdict } from '#libs/contracts';
import { decidedSentence, VERDICT_WORDS } from '#libs/monitoring';
import { formatCount } from './format.js';
import { Badge, Card, renderPage } from './layout.js';

export type HomePage = {
  models: {
    project: string;
    model: string;
    description: string;
    openAlerts: number;
    /** Of the enabled monitors of its current version, in their newest windows. */
    verdict: Verdict;
    statuses: Tally;
    monitors: number;
  }[];
};

export function homePage({ models }: HomePage): string {
  return renderPage({
    title: 'Models',
    signedIn: true,
    children: (
      <Card title="Models">
        {models.length === 0 && (
          <p class="empty">
            None yet. Register one through the API, or send an event: an unknown model becomes a draft.
          </p>
        )}
        <table>
          <tbody>
            {models.map(({ project, model, description, openAlerts, verdict, statuses, monitors }) => (
              <tr key={`${project}/${model}`}>
                <td>
                  <a href={modelPagePath(project, model)}>{model}</a> <span class="soft">{project}</span>
                </td>
                <td>{description}</td>
                <td>
                  <Badge text={verdict} words={VERDICT_WORDS[verdict]} />{' '}
                  <span class="soft">{monitors === 0 ? 'no monitor' : decidedSentence(statuses)}</span>
                </td>
                <td class="right">{formatCount(openAlerts)} open alerts</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    ),
  });
}
