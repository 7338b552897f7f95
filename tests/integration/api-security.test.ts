import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { newApiKey } from '#libs/platform';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  errorsOf,
  itemsOf,
  startTestApi,
  type ApiUnderTest,
  type CallOptions,
  type Json,
} from './api-fixture.js';

let at: ApiUnderTest;
beforeAll(async () => {
  at = await startTestApi();
});
afterAll(() => at.stop());

type Route = { method: string; path: string; isPublic: boolean; role: string };

const routesOf = (document: Json): Route[] =>
  Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'x'),
      isPublic: operation['security'] !== undefined,
      role: operation['x-role'] as string,
    })),
  );

const routes = async (): Promise<Route[]> => routesOf((await at.call('GET', '/openapi.json')).body);

const newKey = async (
  role: string,
  path = '/v1/projects/default/keys',
  more: object = {},
): Promise<string> => {
  const made = await at.call('POST', path, { body: { name: `a ${role}`, role, ...more } });
  expect(made.status, made.text).toBe(201);
  return made.body['key'] as string;
};

describe('the first start', () => {
  it('makes one admin key, in a file of its owner alone, and says it once', async () => {
    const file = await stat(join(at.config.home, 'admin.key'));
    expect(file.mode & 0o777).toBe(0o600);
    expect(at.announced).toEqual([at.adminKey]);
    const listed = await at.call('GET', '/v1/keys');
    expect(itemsOf(listed)).toHaveLength(1);
    expect(listed.text).not.toContain(at.adminKey);
  });
});

describe('without a key', () => {
  it('answers 401 on every route but the public ones', async () => {
    const all = await routes();
    expect(all.length).toBeGreaterThan(45);
    expect(all.filter(({ isPublic }) => isPublic).map(({ path }) => path)).toEqual(['/openapi.json']);
    for (const { method, path, isPublic } of all) {
      if (isPublic) continue;
      const answer = await at.call(method, path, { key: null });
      expect(answer.status, `${method} ${path}`).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  it.each([
    ['a made-up key', `pl_${'A'.repeat(38)}`],
    ['a well-formed unknown key', newApiKey().key],
    ['nothing', ''],
  ])('refuses %s', async (_, key) => {
    expect((await at.call('GET', '/v1/projects', { key })).status).toBe(401);
  });

  it.each([
    '/health/live',
    '/health/ready',
    '/metrics',
    '/docs',
    '/docs/swagger-ui-bundle.js',
    '/docs/start.js',
  ])('serves %s', async (path) => {
    expect((await at.call('GET', path, { key: null })).status).toBe(200);
  });
});

describe('roles and projects', () => {
  it('lets nobody do more than the role says', async () => {
    const viewer = await newKey('viewer');
    const editor = await newKey('editor');
    for (const { method, path, role } of await routes()) {
      if (path === '/openapi.json') continue;
      const own = path.replace('/projects/x', '/projects/default');
      const asViewer = await at.call(method, own, { key: viewer });
      expect(asViewer.status === 403, `viewer ${method} ${path} ${asViewer.status}`).toBe(role !== 'viewer');
      const asEditor = await at.call(method, own, { key: editor });
      expect(asEditor.status === 403, `editor ${method} ${path} ${asEditor.status}`).toBe(role === 'admin');
    }
  });

  it('keeps a key inside its project', async () => {
    await at.call('PUT', '/v1/projects/other', { body: {} });
    const key = await newKey('admin');
    expect((await at.call('GET', '/v1/projects/other', { key })).status).toBe(403);
    expect((await at.call('GET', '/v1/keys', { key })).status).toBe(403);
    expect((await at.call('PUT', '/v1/projects/third', { key, body: {} })).status).toBe(403);
    const visible = await at.call('GET', '/v1/projects', { key });
    expect(itemsOf(visible).map((item) => item['id'])).toEqual(['default']);
  });

  it('stops a revoked key at once, an expired one at its end, and keeps the last admin', async () => {
    const key = await newKey('viewer');
    const listed = await at.call('GET', '/v1/projects/default/keys');
    const { id } = itemsOf(listed).find((item) => key.startsWith(item['prefix'] as string))!;
    expect((await at.call('GET', '/v1/projects/default', { key })).status).toBe(200);
    expect((await at.call('DELETE', `/v1/projects/default/keys/${String(id)}`)).status).toBe(204);
    expect((await at.call('GET', '/v1/projects/default', { key })).status).toBe(401);

    const past = { body: { name: 'late', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' } };
    expect((await at.call('POST', '/v1/projects/default/keys', past)).status).toBe(422);
    const soon = new Date(Date.now() + 600).toISOString();
    const short = await newKey('viewer', undefined, { expiresAt: soon });
    expect((await at.call('GET', '/v1/projects/default', { key: short })).status).toBe(200);
    await expect
      .poll(async () => (await at.call('GET', '/v1/projects/default', { key: short })).status, {
        timeout: 5_000,
      })
      .toBe(401);

    expect((await at.call('DELETE', '/v1/keys/first-admin')).status).toBe(409);
  });
});

describe('failures are problem documents', () => {
  const big = {
    raw: JSON.stringify({ description: 'x'.repeat(1_200_000) }),
    headers: { 'content-type': 'application/json' },
  };
  const json = { 'content-type': 'application/json' };
  let nested = '1';
  for (let i = 0; i < 200; i++) nested = `{"a":${nested}}`;
  const cases: [string, string, string, CallOptions, number, string?][] = [
    ['unreadable JSON', 'PUT', '/v1/projects/p', { raw: '{"a":', headers: json }, 400],
    [
      'a bad If-Match',
      'PUT',
      '/v1/projects/p',
      { body: {}, headers: { 'if-match': 'yesterday' } },
      400,
      'If-Match',
    ],
    ['no key', 'GET', '/v1/projects', { key: null }, 401],
    ['an unknown path', 'GET', '/v1/nothing', {}, 404],
    ['an unknown path below', 'GET', '/nothing', {}, 404],
    ['an unknown project', 'GET', '/v1/projects/nope', {}, 404],
    ['a project nobody made', 'GET', '/v1/projects/nope/monitors', {}, 404],
    ['another method', 'PATCH', '/v1/projects/default', {}, 405],
    ['another method on a collection', 'DELETE', '/v1/projects', {}, 405],
    ['a body that is too large', 'PUT', '/v1/projects/p', big, 413],
    ['no content type', 'PUT', '/v1/projects/p', { raw: new Blob(['{}']) }, 415],
    ['a form', 'PUT', '/v1/projects/p', { raw: 'a=1', headers: { 'content-type': 'text/plain' } }, 415],
    [
      'packed in a way nobody reads',
      'PUT',
      '/v1/projects/p',
      { raw: 'x', headers: { ...json, 'content-encoding': 'zip' } },
      415,
    ],
    ['a name that is none', 'GET', '/v1/projects/%20', {}, 422, 'project'],
    ['a path that climbs', 'GET', '/v1/projects/..%2F..%2Fetc', {}, 422, 'project'],
    ['an unknown field', 'PUT', '/v1/projects/p', { body: { colour: 1 } }, 422, 'colour'],
    ['a wrong type', 'PUT', '/v1/projects/p', { body: { maxDrafts: 'many' } }, 422, 'maxDrafts'],
    ['an array', 'PUT', '/v1/projects/p', { body: [] }, 422],
    ['null', 'PUT', '/v1/projects/p', { raw: 'null', headers: json }, 400],
    ['a prototype', 'PUT', '/v1/projects/p', { raw: '{"__proto__":{"maxDrafts":1}}', headers: json }, 422],
    ['brackets only', 'PUT', '/v1/projects/p', { raw: nested, headers: json }, 422, 'body'],
    ['a bad query', 'GET', '/v1/projects/default/alerts?limit=1e9', {}, 422, 'query.limit'],
    ['a bad time', 'GET', '/v1/projects/default/findings?from=tuesday', {}, 422, 'query.from'],
    ['a bad cursor', 'GET', '/v1/projects/default/quarantine?before=x', {}, 422, 'query.before'],
  ];
  it.each(cases)('%s', async (_, method, path, options, status, field) => {
    const answer = await at.call(method, path, options);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body['status']).toBe(status);
    expect(answer.body['title']).toBeTypeOf('string');
    expect(answer.body['detail']).toBeTypeOf('string');
    expect(answer.body['instance']).toBe(`urn:uuid:${answer.headers.get('x-request-id') ?? ''}`);
    if (field !== undefined) expect(errorsOf(answer)[0]!.field).toBe(field);
    if (status === 405) expect(answer.headers.get('allow')).not.toBeNull();
  });

  it('tells nothing of the inside when something breaks', async () => {
    const { clickhouse } = at.config;
    const sql = (text: string) =>
      fetch(clickhouse.url, {
        method: 'POST',
        body: text,
        headers: { 'X-ClickHouse-User': clickhouse.user, 'X-ClickHouse-Key': clickhouse.password },
      });
    await sql(`RENAME TABLE ${clickhouse.database}.alert_transitions TO ${clickhouse.database}.away`);
    const answer = await at.call('GET', '/v1/projects/default/alerts');
    await sql(`RENAME TABLE ${clickhouse.database}.away TO ${clickhouse.database}.alert_transitions`);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/clickhouse|alert_transitions|SELECT/i);
  });
});

describe('headers', () => {
  it.each(['/v1/projects', '/openapi.json', '/nothing', '/health/live'])('guard %s', async (path) => {
    const { headers } = await at.call('GET', path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('the OpenAPI document', () => {
  const refsOf = (node: unknown): string[] =>
    typeof node !== 'object' || node === null
      ? []
      : Object.entries(node).flatMap(([key, value]) =>
          key === '$ref' && typeof value === 'string' ? [value] : refsOf(value),
        );

  it('is whole: 3.1, every reference resolves, every operation has an id of its own, answers and failures', async () => {
    const { body } = await at.call('GET', '/openapi.json');
    expect(body['openapi']).toBe('3.1.1');
    const schemas = Object.keys((body['components'] as Record<string, Json>)['schemas']!);
    for (const ref of refsOf(body)) {
      expect(ref).toMatch(/^#\/components\/schemas\//);
      expect(schemas).toContain(ref.slice('#/components/schemas/'.length));
    }
    const operations = Object.values(body['paths'] as Record<string, Record<string, Json>>).flatMap((path) =>
      Object.values(path),
    );
    const ids = operations.map((operation) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const operation of operations) {
      const statuses = Object.keys(operation['responses'] as Json);
      expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
      expect(statuses).toContain('500');
      expect(operation['summary']).toBeTruthy();
    }
  });

  it('publishes the schemas of events', async () => {
    const answer = await at.call('GET', '/v1/schemas/prediction-event.json');
    expect(answer.status).toBe(200);
    expect(answer.body['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect((await at.call('GET', '/v1/schemas/ground-truth-event.json')).body['title']).toBe(
      'Ground truth event',
    );
  });
});

describe('secrets', () => {
  const hook = 'https://hooks.slack.com/services/T000/B000/verysecretpart';
  const secrets = ['verysecretpart', 'mail-password-1', 'signing-key-of-16', 'v1.'];

  it('go in and never come out', async () => {
    const base = '/v1/projects/default/channels';
    const inputs = {
      slack: { kind: 'slack', secret: { webhookUrl: hook } },
      mail: {
        kind: 'email',
        settings: { to: ['a@example.org'], from: 'b@example.org', host: '192.0.2.1', port: 587 },
        secret: { user: 'mailer', password: 'mail-password-1' },
      },
    };
    const answers = [
      await at.call('PUT', `${base}/slack`, { body: inputs.slack }),
      await at.call('PUT', `${base}/slack`, { body: inputs.slack, headers: { 'if-match': '7' } }),
      await at.call('PUT', `${base}/slack`, {
        body: { ...inputs.slack, secret: { webhookUrl: `${hook}2` } },
      }),
      await at.call('PUT', `${base}/slack`, {
        body: { ...inputs.slack, secret: { webhookUrl: `${hook} 2`, more: hook } },
      }),
      await at.call('PUT', `${base}/mail`, {
        body: { ...inputs.mail, settings: { ...inputs.mail.settings, port: 0 } },
      }),
      await at.call('GET', base),
      await at.call('GET', `${base}/slack`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 409, 422, 422, 200, 200]);
    expect(answers[6]!.body).toMatchObject({ kind: 'slack', hint: 'part', revision: 1 });
    for (const { text } of answers) for (const secret of secrets) expect(text).not.toContain(secret);
    const rows = await at.store.documents.get('default', 'channel', 'slack');
    expect(JSON.stringify(rows)).not.toContain('verysecretpart');
  });

  it.each([
    ['slack', { kind: 'slack', secret: { webhookUrl: 'http://127.0.0.1:9/x' } }, 'secret.webhookUrl'],
    ['webhook', { kind: 'webhook', secret: { url: 'http://[::1]:9/x' } }, 'secret.url'],
    ['webhook', { kind: 'webhook', secret: { url: 'http://169.254.169.254/latest' } }, 'secret.url'],
    [
      'email',
      {
        kind: 'email',
        settings: { to: ['a@example.org'], from: 'b@example.org', host: '10.0.0.1', port: 25 },
      },
      'settings.host',
    ],
  ])('a %s channel to an inner address is refused', async (_, body, field) => {
    const answer = await at.call('POST', '/v1/projects/default/channels', { body });
    expect(answer.status, answer.text).toBe(422);
    expect(errorsOf(answer)[0]!.field).toBe(field);
  });

  it('sends a test through an allowed address and says what came of it', async () => {
    const received: string[] = [];
    const sink = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => received.push(chunk.toString()));
      request.on('end', () => response.writeHead(request.url === '/gone' ? 404 : 200).end('ok'));
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const { port } = sink.address() as AddressInfo;
    const own = await startTestApi({ PLUMBLINE_OUTBOUND_ALLOW: `127.0.0.1:${port}` });
    const put = (id: string, path: string) =>
      own.call('PUT', `/v1/projects/default/channels/${id}`, {
        body: { kind: 'slack', secret: { webhookUrl: `http://127.0.0.1:${port}${path}` } },
      });
    expect((await put('good', '/hook')).status).toBe(201);
    expect((await put('gone', '/gone')).status).toBe(201);
    expect((await own.call('POST', '/v1/projects/default/channels/good/test')).body).toEqual({
      delivered: true,
    });
    expect(received.join('')).toContain('This is a test');
    const gone = await own.call('POST', '/v1/projects/default/channels/gone/test');
    expect(gone.body).toMatchObject({ delivered: false, retryable: false });
    await own.stop();
    await new Promise((resolve) => sink.close(resolve));
  });
});

describe('while a service is away', () => {
  it('listens, is live, is not ready, and answers 503', async () => {
    const { startApi } = await import('../../apps/api/src/app.js');
    const { createLogger } = await import('#libs/platform');
    const config = { ...at.config, clickhouse: { ...at.config.clickhouse, url: 'http://127.0.0.1:1' } };
    const stopping = new AbortController();
    const api = await startApi({
      config,
      logger: createLogger(config, 'api'),
      signal: stopping.signal,
      announce: () => expect.unreachable(),
    });
    const failed = api.ready.catch((error: unknown) => error);
    const get = (path: string) =>
      fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${at.adminKey}` } });
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(503);
    const answer = await get('/v1/projects');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    stopping.abort();
    await failed;
    await api.close();
  });

  it('changes nothing without Redis, and still reads', async () => {
    const own = await startTestApi();
    const { startApi } = await import('../../apps/api/src/app.js');
    const { createLogger } = await import('#libs/platform');
    const config = { ...own.config, redis: { url: inject('redisUrl').replace(/:\d+/, ':1') } };
    expect(config.redis.url).not.toBe(own.config.redis.url);
    const stopping = new AbortController();
    const api = await startApi({
      config,
      logger: createLogger(config, 'api'),
      signal: stopping.signal,
      announce: () => undefined,
    });
    const failed = api.ready.catch((error: unknown) => error);
    await expect
      .poll(
        async () =>
          (
            await fetch(`${api.url}/v1/projects`, { headers: { authorization: `Bearer ${own.adminKey}` } })
          ).text(),
        { timeout: 20_000 },
      )
      .toContain('waits for Redis');
    stopping.abort();
    await failed;
    await api.close();
    await own.stop();
  });
});
