import 'reflect-metadata';

import { Logger, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLogger, Health } from '#libs/platform';
import { loggingModule, NestLogger } from './logging.module.js';
import { Metrics } from './metrics.js';
import { ObservabilityModule } from './observability.module.js';

const lines: string[] = [];
const metrics = new Metrics('ingest');
const health = new Health();
const logger = createLogger({ logLevel: 'info' }, 'ingest', { write: (line) => void lines.push(line) });

@Module({ imports: [loggingModule(logger), ObservabilityModule.forRoot({ metrics, health })] })
class ProbeApp {}

let app: INestApplication;
let address = '';

beforeAll(async () => {
  Logger.overrideLogger(false);
  app = await NestFactory.create(ProbeApp);
  app.useLogger(app.get(NestLogger));
  await app.listen(0, '127.0.0.1');
  address = await app.getUrl();
});
afterAll(() => app.close());

describe('ObservabilityModule', () => {
  it('serves metrics with prefix and app label', async () => {
    metrics.counter({ name: 'events_received_total', help: 'x', labels: ['topic'] }).inc({ topic: 'a' }, 3);
    const response = await fetch(`${address}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toContain('plumbline_events_received_total{topic="a",app="ingest"} 3');
    expect(text).toContain('plumbline_process_cpu_user_seconds_total');
  });

  it('answers 200 while checks pass and 503 with the reason when one fails', async () => {
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    health.addReady('clickhouse', () => ({ ok: false, reason: 'no answer' }));
    const response = await fetch(`${address}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'failed',
      checks: { clickhouse: { ok: false, reason: 'no answer' } },
    });
  });

  it('logs requests without headers and with signatures hidden, and does not log probes', async () => {
    lines.length = 0;
    await fetch(`${address}/health/live`);
    await fetch(`${address}/nothing?sig=topsecret`, { headers: { authorization: 'Bearer hunter2' } });
    await expect.poll(() => lines.filter((line) => line.includes('"req"'))).toHaveLength(1);
    const request = lines.find((line) => line.includes('"req"'));
    expect(request).toContain('"statusCode":404');
    expect(request).not.toMatch(/topsecret|hunter2/);
  });
});
