import type { Readable } from 'node:stream';
import type { Feature } from '#libs/contracts';
import type { ApiClient } from './api-client.js';
import { BASELINE_COLUMNS } from './baseline-csv.js';
import { HUBS, MODEL, PROJECT, VERSION } from './scenario.js';

const FEATURES: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
  { name: 'destination', type: 'categorical', role: 'input' },
  { name: 'hour', type: 'numeric', role: 'context' },
];

/** Secrets and addresses of where the demo's alerts go: the outbox, unless real ones are configured. */
export type DemoChannels = {
  slackWebhookUrl: string;
  email: {
    host: string;
    port: number;
    security: 'tls' | 'starttls' | 'none';
    from: string;
    to: string[];
    user?: string;
    password?: string;
  };
};

const base = `/v1/projects/${PROJECT}`;
const baselinesPath = `${base}/models/${MODEL}/versions/${VERSION}/baselines`;

/** Everything that a team sets up once, through the public API; repeating it changes nothing. */
export async function registerDemo(api: ApiClient, channels: DemoChannels): Promise<void> {
  await api.put(base, {
    description: 'Flights of 2001, shown as if they were now',
    eventTime: { maxAge: 'P200D', maxAhead: 'PT1H' },
  });
  await api.put(`${base}/models/${MODEL}`, {
    description: 'Will a flight arrive more than 15 minutes late?',
    problem: 'binary',
    positiveLabel: 'late',
    bucket: 'PT1H',
    acceptedLateness: 'P7D',
    maxLabelWait: 'P30D',
    retention: 'P400D',
  });
  await api.put(`${base}/models/${MODEL}/versions/${VERSION}`, { status: 'registered', features: FEATURES });
  await registerSegments(api);
  await registerChannels(api, channels);
}

async function registerSegments(api: ApiClient): Promise<void> {
  const segments = {
    origin_hub: { kind: 'dimension', feature: 'origin', values: HUBS },
    haul: { kind: 'dimension', tag: 'haul' },
    part_of_day: { kind: 'dimension', tag: 'part_of_day' },
  };
  for (const [name, body] of Object.entries(segments)) {
    const path = `${base}/models/${MODEL}/segments/${name}`;
    const exists = await api.get<unknown>(path).then(
      () => true,
      () => false,
    );
    if (!exists) await api.put(path, body);
  }
}

async function registerChannels(api: ApiClient, { slackWebhookUrl, email }: DemoChannels): Promise<void> {
  const { user, password, ...settings } = email;
  const secret = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
  await api.put(`${base}/channels/team-slack`, { kind: 'slack', secret: { webhookUrl: slackWebhookUrl } });
  await api.put(`${base}/channels/team-mail`, { kind: 'email', settings, secret });
  await api.put(`${base}/routes/everything`, { channels: ['team-slack', 'team-mail'] });
}

export type RegisteredBaseline = {
  rows: number;
  monitors: { id: string; kind: string; thresholds: Record<string, number> }[];
};

/** Uploads the baseline unless the version has one; null when it has. */
export async function registerBaseline(
  api: ApiClient,
  csv: () => Readable,
): Promise<RegisteredBaseline | null> {
  const existing = await api.get<{ items: unknown[] }>(baselinesPath);
  if (existing.items.length > 0) return null;
  const query = new URLSearchParams({ name: 'january', columns: JSON.stringify(BASELINE_COLUMNS) });
  return api.upload<RegisteredBaseline>(`${baselinesPath}?${query}`, 'text/csv', csv());
}
