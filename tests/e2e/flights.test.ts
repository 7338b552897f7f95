import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProducer, type Producer } from '#libs/kafka';
import { createLogger } from '#libs/platform';
import { createStore, loadPlan, type Store } from '#libs/store';
import { apiClient, type ApiClient } from '../../apps/cli/src/demo/api-client.js';
import { baselineCsv, trainingSet } from '../../apps/cli/src/demo/baseline-csv.js';
import { trainDelayRisk, type DelayRiskModel } from '../../apps/cli/src/demo/delay-risk-model.js';
import { firstFlightAt, readFlights, type Flights } from '../../apps/cli/src/demo/flights.js';
import { openOutbox, type Outbox } from '../../apps/cli/src/demo/outbox.js';
import { registerBaseline, registerDemo } from '../../apps/cli/src/demo/register.js';
import { replay } from '../../apps/cli/src/demo/replay.js';
import { isFaultAlert, listAlerts, type AlertRow } from '../../apps/cli/src/demo/report.js';
import { DAY_MS, FAULT, MODEL, shiftMs } from '../../apps/cli/src/demo/scenario.js';
import { inject } from 'vitest';
import { createDatabase, type Database } from '../../libs/store/src/client/index.js';
import { appProcesses, until, type AppProcesses } from './app-processes.js';
import { browserPath, openBrowser } from './browser.js';
import { expand, panelQueries, variableQueries } from './panels.js';
import { z } from 'zod';

/** A slice: four hubs, three days before the fault and three after. */
const SLICE_HUBS = new Set(['ATL', 'DFW', 'ORD', 'LAX']);
const FROM_MS = FAULT.fromMs - 3 * DAY_MS;
const TO_MS = FAULT.fromMs + 3 * DAY_MS;
const KILL_AT_MS = FAULT.fromMs + DAY_MS / 2;
/** Run over known numbers in tests/integration: flights have no facets, and their baseline no attributions. */
const FILLED_ELSEWHERE: ReadonlySet<string> = new Set(['ingestion.json', 'bias.json', 'attribution.json']);
const SHIFT_MS = shiftMs(Date.now());
const base = '/v1/projects/default';

let apps: AppProcesses;
let outbox: Outbox;
let api: ApiClient;
let producer: Producer;
let flights: Flights;
let model: DelayRiskModel;
let store: Store;

type Items<T> = { items: T[] };
type Account = {
  topic: string;
  received: number;
  accepted: number;
  quarantined: number;
  current: number;
  duplicates: number;
  amended: number;
  gaps: unknown[];
};
type StoredFinding = {
  monitor: string;
  segment: string;
  segmentValue: string;
  feature: string;
  metric: string;
  value: number | null;
  rows: number;
  status: string;
  windowStart: string;
  inputs: string;
};

const inSlice = (i: number) => SLICE_HUBS.has(flights.airports[flights.origin[i] ?? 0] ?? '');
const messages = (kind: string) =>
  readdir(outbox.directory).then((names) => names.filter((name) => name.endsWith(kind)).sort());
const accounts = async (topic: string) =>
  (await api.get<Items<Account>>(`${base}/ingestion`)).items.filter((row) => row.topic === topic);
const sum = (
  rows: Account[],
  field: 'received' | 'accepted' | 'quarantined' | 'current' | 'duplicates' | 'amended',
) => rows.reduce((total, row) => total + row[field], 0);

const replaySlice = (onHour: (hourMs: number) => void = () => undefined) =>
  replay({
    flights,
    model,
    fromMs: FROM_MS,
    toMs: TO_MS,
    shiftMs: SHIFT_MS,
    only: inSlice,
    publish: (stream, records) => producer.send(apps.topics[stream], records),
    onHour: ({ hourMs }) => onHour(hourMs),
  });

/** Everything that monitors have found in the slice's windows, in a fixed order. */
async function findings(): Promise<StoredFinding[]> {
  const query = `model=${MODEL}&from=${new Date(FROM_MS + SHIFT_MS).toISOString()}&to=${new Date(TO_MS + SHIFT_MS).toISOString()}&limit=10000`;
  const { items } = await api.get<Items<StoredFinding>>(`${base}/findings?${query}`);
  return items;
}

const windowOf = (ms: number) => new Date(ms + SHIFT_MS).toISOString();
const evaluated = async (dayMs: number) => {
  const all = await findings();
  const monitors = new Set(
    all.filter((finding) => finding.windowStart === windowOf(dayMs)).map(({ monitor }) => monitor),
  );
  return monitors.size === 4 ? all : null;
};

describe('flights, from Kafka to Slack and mail', () => {
  let sent: { predictions: number; labels: number };

  beforeAll(async () => {
    apps = await appProcesses('e2e');
    outbox = await openOutbox(join(apps.home, 'outbox'), apps.sinkPorts);
    flights = await readFlights();
    const training = trainingSet(flights);
    model = trainDelayRisk(training.features, training.late);
    await Promise.all([apps.start('api'), apps.start('ingest'), apps.start('worker')]);
    api = apiClient(apps.apiUrl, (await readFile(join(apps.home, 'admin.key'), 'utf8')).trim());
    const logger = createLogger({ logLevel: 'error' }, 'e2e');
    producer = createProducer({
      connection: { brokers: inject('kafkaBrokers').split(','), clientId: 'e2e', logger },
    });
    store = createStore({
      url: inject('clickhouseUrl'),
      user: inject('clickhouseUser'),
      password: inject('clickhousePassword'),
      database: apps.database,
    });
    await registerDemo(api, {
      slackWebhookUrl: `http://127.0.0.1:${apps.sinkPorts.slack}/services/e2e`,
      email: {
        host: '127.0.0.1',
        port: apps.sinkPorts.smtp,
        security: 'none',
        from: 'plumbline@example.com',
        to: ['team@example.com'],
      },
    });
    const baseline = await registerBaseline(api, () => baselineCsv(flights, model, SHIFT_MS, inSlice));
    expect(baseline?.monitors.map(({ kind }) => kind)).toEqual([
      'data_quality',
      'drift',
      'prediction_drift',
      'quality',
    ]);
  }, 300_000);

  afterAll(async () => {
    await producer.close();
    await store.close();
    await apps.stopAll();
    await outbox.close();
  });

  it(
    'finds the broken feed of one hub, though ingest and worker are killed on the way',
    { timeout: 600_000 },
    async () => {
      const kills: Promise<void>[] = [];
      sent = await replaySlice((hourMs) => {
        if (hourMs === KILL_AT_MS) kills.push(apps.kill('ingest'), apps.kill('worker'));
      });
      await Promise.all(kills);
      expect(kills).toHaveLength(2);
      await Promise.all([apps.start('ingest'), apps.start('worker')]);
      const alert = await until('the alert of the broken feed', async () =>
        (await listAlerts(api)).find(isFaultAlert),
      );
      expect(alert).toMatchObject({
        segment: 'origin_hub',
        segmentValue: 'ATL',
        status: 'open',
        features: ['distance'],
      });
      expect(alert.openedAt).toBe(windowOf(FAULT.fromMs));
    },
  );

  it('accounts for every event', { timeout: 300_000 }, async () => {
    const rows = await until('all events to be counted', async () => {
      const found = await accounts(apps.topics.predictions);
      return sum(found, 'received') >= sent.predictions && found;
    });
    expect({
      received: sum(rows, 'received'),
      accepted: sum(rows, 'accepted'),
      quarantined: sum(rows, 'quarantined'),
    }).toEqual({ received: sent.predictions, accepted: sent.predictions, quarantined: 0 });
    expect(sum(rows, 'current')).toBe(sent.predictions);
    expect(rows.flatMap(({ gaps }) => gaps)).toEqual([]);
    const labels = await until('all labels', async () => {
      const found = await accounts(apps.topics.groundTruth);
      return sum(found, 'received') >= sent.labels && found;
    });
    expect(sum(labels, 'accepted')).toBe(sent.labels);
  });

  it(
    'counts exactly the flights of that hub on that day, and blames no other hub for its distance',
    { timeout: 300_000 },
    async () => {
      const all = await until('the last day to be evaluated', () => evaluated(TO_MS - DAY_MS));
      const onFaultDay = all.filter(
        (finding) =>
          finding.windowStart === windowOf(FAULT.fromMs) &&
          finding.metric === 'psi' &&
          finding.feature === 'distance' &&
          finding.segment === 'origin_hub',
      );
      const from = firstFlightAt(flights, FAULT.fromMs);
      const to = firstFlightAt(flights, FAULT.fromMs + DAY_MS);
      let departures = 0;
      for (let i = from; i < to; i++)
        if (flights.airports[flights.origin[i] ?? 0] === FAULT.hub) departures++;
      expect(onFaultDay.find(({ segmentValue }) => segmentValue === FAULT.hub)).toMatchObject({
        rows: departures,
        status: 'breached',
      });
      const blamed = all.filter(
        ({ status, feature, segment, segmentValue }) =>
          status === 'breached' &&
          feature === 'distance' &&
          segment === 'origin_hub' &&
          segmentValue !== FAULT.hub,
      );
      expect(blamed).toEqual([]);
      const before = all.filter(
        ({ status, windowStart, feature }) =>
          status === 'breached' && feature === 'distance' && windowStart < windowOf(FAULT.fromMs),
      );
      expect(before).toEqual([]);
    },
  );

  it(
    'tells Slack and mail once, in plain words, with numbers, a picture and a link that opens',
    { timeout: 120_000 },
    async () => {
      const about = (text: string) => /distance moved.*origin_hub = ATL/s.test(text);
      const slack = await until('the Slack message', async () => {
        const texts = await Promise.all(
          (await messages('.slack.json')).map((name) => readFile(join(outbox.directory, name), 'utf8')),
        );
        return texts.some(about) && texts.filter(about);
      });
      expect(slack).toHaveLength(1);
      expect(slack[0]).toMatch(/delay-risk 1/);
      expect(slack[0]).toMatch(/PSI [\d.]+ \(limit [\d.]+/);
      const { blocks } = JSON.parse(slack[0] ?? '') as { blocks: unknown[] };
      expect(blocks.length).toBeGreaterThan(1);
      const mails = await until('the mail', async () => {
        const raw = await Promise.all(
          (await messages('.eml')).map((name) => readFile(join(outbox.directory, name))),
        );
        const parsed = await Promise.all(raw.map((mail) => simpleParser(mail)));
        return (
          parsed.some((mail) => about(mail.text ?? '')) && parsed.filter((mail) => about(mail.text ?? ''))
        );
      });
      expect(mails).toHaveLength(1);
      expect(mails[0]?.attachments[0]?.contentType).toBe('image/png');
      expect(mails[0]?.headers.get('auto-submitted')).toBe('auto-generated');
      const link = new RegExp(`${apps.apiUrl}/alerts/[^\\s"<>|]+`).exec(mails[0]?.text ?? '')?.[0] ?? '';
      const page = await fetch(link);
      expect(page.status).toBe(200);
      expect(await page.text()).toMatch(/distance/);
      expect((await fetch(link.replace(/sig=.{4}/, 'sig=AAAA'), { redirect: 'manual' })).status).toBe(303);
    },
  );

  describe('Grafana', () => {
    const choice = {
      values: {
        project: ['default'],
        model: [MODEL],
        version: ['1'],
        segment: ['origin_hub'],
        segment_value: ['ATL', 'DFW'],
        feature: ['distance'],
      },
      fromMs: FROM_MS + SHIFT_MS,
      toMs: TO_MS + SHIFT_MS,
    };
    const anything = z.record(z.string(), z.unknown());
    let database: Database;
    beforeAll(() => {
      database = createDatabase({
        url: inject('clickhouseUrl'),
        user: inject('clickhouseUser'),
        password: inject('clickhousePassword'),
        database: apps.database,
      });
    });
    afterAll(() => database.close());

    it.each(panelQueries().filter(({ dashboard }) => !FILLED_ELSEWHERE.has(dashboard)))(
      '$dashboard, $title: returns rows, in order of time',
      async ({ title, sql, isTimeSeries }) => {
        const rows = await database.query({
          name: 'panel',
          sql: expand(sql, choice),
          params: {},
          row: anything,
        });
        if (title !== 'Quarantined events') expect(rows.length).toBeGreaterThan(0);
        if (isTimeSeries)
          expect(rows.map(({ time }) => String(time))).toEqual(rows.map(({ time }) => String(time)).sort());
      },
    );

    it.each(variableQueries().filter(({ name }) => !['facet', 'bias_metric'].includes(name)))(
      'the drop-down $name has values',
      async ({ sql }) => {
        expect(
          await database.query({ name: 'variable', sql: expand(sql, choice), params: {}, row: anything }),
        ).not.toHaveLength(0);
      },
    );
  });

  describe.skipIf(browserPath === undefined)('pages in a browser', () => {
    it('lets in with a key, shows the model and its alert, and nothing without', async () => {
      const browser = await openBrowser();
      try {
        const page = await browser.newPage();
        const problems: string[] = [];
        page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
        await page.goto(`${apps.apiUrl}/models/default/${MODEL}`);
        expect(new URL(page.url()).pathname).toBe('/login');
        await page.getByLabel('API key').fill(await readFile(join(apps.home, 'admin.key'), 'utf8'));
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: MODEL }).waitFor();
        expect(await page.locator('svg').count()).toBeGreaterThan(2);
        await page.getByRole('link', { name: 'origin_hub = ATL' }).first().click();
        await page.getByRole('heading', { name: /ATL/ }).waitFor();
        expect(await page.getByText('distance').count()).toBeGreaterThan(0);
        expect(await page.locator('svg').count()).toBeGreaterThan(0);
        expect(problems).toEqual([]);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.goto(`${apps.apiUrl}/`);
        expect(new URL(page.url()).pathname).toBe('/login');
      } finally {
        await browser.close();
      }
    });
  });

  it('changes nothing when all events are delivered again', { timeout: 600_000 }, async () => {
    const before = {
      findings: await findings(),
      alerts: await listAlerts(api),
      told: (await messages('.slack.json')).length,
    };
    await replaySlice();
    const rows = await until('the second delivery to be counted', async () => {
      const found = await accounts(apps.topics.predictions);
      return sum(found, 'received') >= 2 * sent.predictions && found;
    });
    expect({
      current: sum(rows, 'current'),
      duplicates: sum(rows, 'duplicates'),
      amended: sum(rows, 'amended'),
    }).toEqual({ current: sent.predictions, duplicates: sent.predictions, amended: 0 });
    const ran = await api.post<{ findings: StoredFinding[] }>(`${base}/monitors/delay-risk-1-drift/run`, {
      start: windowOf(FAULT.fromMs),
      end: windowOf(FAULT.fromMs + DAY_MS),
    });
    expect(
      ran.findings
        .filter(({ status }) => status === 'breached')
        .map(({ segmentValue, feature }) => ({ segmentValue, feature })),
    ).toContainEqual({ segmentValue: 'ATL', feature: 'distance' });
    await until('the buckets to be profiled again', async () => {
      const plan = await loadPlan(store, { project: 'default', model: MODEL, version: '1' });
      return plan !== null && (await store.profiles.dirtyBuckets(plan, 1)).length === 0;
    });
    const comparable = (all: StoredFinding[]) =>
      all.map(({ windowStart, monitor, segment, segmentValue, feature, metric, value, rows: n, status }) => ({
        windowStart,
        monitor,
        segment,
        segmentValue,
        feature,
        metric,
        value,
        n,
        status,
      }));
    expect(comparable(await findings())).toEqual(comparable(before.findings));
    expect((await listAlerts(api)).map(({ alertId, status }: AlertRow) => ({ alertId, status }))).toEqual(
      before.alerts.map(({ alertId, status }) => ({ alertId, status })),
    );
    expect((await messages('.slack.json')).length).toBe(before.told);
  });
});
