import { modelPagePath } from '#libs/contracts';
import { formatCount } from './format.js';
import { Card, renderPage } from './layout.js';

export type HomePage = {
  models: { project: string; model: string; description: string; openAlerts: number }[];
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
            {models.map(({ project, model, description, openAlerts }) => (
              <tr key={`${project}/${model}`}>
                <td>
                  <a href={modelPagePath(project, model)}>{model}</a> <span class="soft">{project}</span>
                </td>
                <td>{description}</td>
                <td class="right">{formatCount(openAlerts)} open alerts</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    ),
  });
}
