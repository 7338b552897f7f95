import { isPortFree, portInUseMessage, portUser, StackProblem } from '../../../../deploy/local/index.js';
import type { AppPorts } from './app-plan.js';

const titles: Readonly<Record<keyof AppPorts, string>> = {
  api: "Plumbline's API and pages",
  ingest: "ingest's health and metrics",
  worker: "the worker's health and metrics",
  slackSink: "the demo's Slack stand-in",
  smtpSink: "the demo's mail stand-in",
};

/** Throws StackProblem for the first port that somebody else has. */
export async function requirePorts(ports: AppPorts, withDemo: boolean): Promise<void> {
  for (const [name, title] of Object.entries(titles) as [keyof AppPorts, string][]) {
    if (!withDemo && name.endsWith('Sink')) continue;
    const port = ports[name];
    if (await isPortFree(port)) continue;
    const remedy = `choose another base port, for example PORT=${ports.api + 100} (Plumbline uses five in a row)`;
    throw new StackProblem(portInUseMessage(title, port, await portUser(port), remedy));
  }
}
