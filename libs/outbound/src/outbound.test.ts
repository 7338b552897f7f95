import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OutboundError } from './outbound-error.js';
import { Outbound } from './outbound.js';

const listen = (server: Server | HttpServer, host?: string): Promise<number> =>
  new Promise((settle) =>
    server.listen({ port: 0, host }, () => settle((server.address() as AddressInfo).port)),
  );

const reasonOf = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
    return 'none';
  } catch (error) {
    if (error instanceof OutboundError) return error.reason;
    throw error;
  }
};

const loopback = { address: '127.0.0.1', family: 4 };
const publicAddress = { address: '93.184.216.34', family: 4 };

let connects = 0;
const trap = createServer((socket) => {
  connects += 1;
  socket.destroy();
});
const web = createHttp((request, response) => {
  if (request.url === '/redirect')
    response.writeHead(302, { location: `http://127.0.0.1:${trapPort}/` }).end();
  else if (request.url === '/large') response.end('x'.repeat(1_000_000));
  else if (request.url === '/drip') response.write('a');
  else if (request.url !== '/hang')
    request.pipe(response.writeHead(200, { 'x-method': request.method ?? '' }));
});
let trapPort = 0;
let webPort = 0;

beforeAll(async () => {
  trapPort = await listen(trap);
  webPort = await listen(web, '127.0.0.1');
});
afterAll(() => {
  web.closeAllConnections();
  web.close();
  trap.close();
});

describe('Outbound refuses', () => {
  const outbound = new Outbound({ allow: [] });

  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://LOCALHOST:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0x7f.0.0.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://0:PORT/',
    'http://0.0.0.0:PORT/',
    'http://①②⑦.⓪.⓪.①:PORT/',
    'http://[::1]:PORT/',
    'http://[::]:PORT/',
    'http://[0:0:0:0:0:0:0:1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
    'https://127.0.0.1:PORT/',
  ])('%s before any connect', async (form) => {
    expect(await reasonOf(outbound.fetch(form.replace('PORT', String(trapPort)), { timeoutMs: 5_000 }))).toBe(
      'forbidden_address',
    );
    expect(connects).toBe(0);
  });

  it.each([
    ['ftp', 'ftp://example.com/'],
    ['file', 'file:///etc/passwd'],
    ['gopher', 'gopher://127.0.0.1/'],
    ['credentials', 'http://user:pass@example.com/'],
    ['plain text', 'not an address'],
    ['endless', `http://example.com/${'x'.repeat(3_000)}`],
  ])('an address of kind %s', async (_, address) => {
    expect(await reasonOf(outbound.fetch(address))).toBe('forbidden_url');
    expect(await reasonOf(outbound.assertAllowed(address))).toBe('forbidden_url');
  });

  it.each([
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    'localhost',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
  ])('a socket to %s', async (host) => {
    expect(await reasonOf(outbound.connect({ host, port: trapPort }))).toMatch(
      /forbidden_address|unresolved/,
    );
    expect(await reasonOf(outbound.assertHostAllowed(host, trapPort))).toMatch(
      /forbidden_address|unresolved/,
    );
    expect(connects).toBe(0);
  });

  it('a name whose answer changes after the check, and a name with one bad address among good ones', async () => {
    let calls = 0;
    const rebinding = new Outbound({ allow: [] }, () => {
      calls += 1;
      return Promise.resolve([calls === 1 ? publicAddress : loopback]);
    });
    await rebinding.assertAllowed(`http://rebind.test:${trapPort}/`);
    expect(await reasonOf(rebinding.fetch(`http://rebind.test:${trapPort}/`))).toBe('forbidden_address');
    const mixed = new Outbound({ allow: [] }, () => Promise.resolve([publicAddress, loopback]));
    expect(await reasonOf(mixed.fetch(`http://mixed.test:${trapPort}/`))).toBe('forbidden_address');
    expect(connects).toBe(0);
  });

  it('an allowed host on another port, and says that waiting does not help', async () => {
    const other = new Outbound({ allow: [`127.0.0.1:${webPort}`] });
    await expect(other.fetch(`http://127.0.0.1:${trapPort}/`)).rejects.toMatchObject({
      reason: 'forbidden_address',
      retryable: false,
    });
    expect(connects).toBe(0);
  });
});

describe('Outbound calls what is allowed', () => {
  const named = () => new Outbound({ allow: [`Hooks.Test:${webPort}`] }, () => Promise.resolve([loopback]));

  it.each([
    ['a listed name', 'Hooks.Test', 'hooks.test'],
    ['a listed address', '127.0.0.1', '127.0.0.1'],
    ['a name that leads to a listed address', '127.0.0.1', 'other.test'],
  ])('%s', async (_, entry, host) => {
    const outbound = new Outbound({ allow: [`${entry}:${webPort}`] }, () => Promise.resolve([loopback]));
    const response = await outbound.fetch(`http://${host}:${webPort}/`, { method: 'POST', body: 'hello' });
    expect(response).toMatchObject({ status: 200, body: 'hello', truncated: false });
    expect(response.headers['x-method']).toBe('POST');
    await outbound.close();
  });

  it('looks a name up exactly once per connection and connects to what it checked', async () => {
    let calls = 0;
    const outbound = new Outbound({ allow: [`127.0.0.1:${webPort}`] }, () => {
      calls += 1;
      return Promise.resolve([calls === 1 ? loopback : { address: '203.0.113.1', family: 4 }]);
    });
    expect((await outbound.fetch(`http://once.test:${webPort}/`)).status).toBe(200);
    expect(calls).toBe(1);
    await outbound.close();
  });

  it('without following a redirect', async () => {
    const outbound = named();
    expect((await outbound.fetch(`http://hooks.test:${webPort}/redirect`)).status).toBe(302);
    expect(connects).toBe(0);
    await outbound.close();
  });

  it('and reads no more of the answer than asked', async () => {
    const outbound = named();
    const response = await outbound.fetch(`http://hooks.test:${webPort}/large`, { maxBytes: 10 });
    expect(response).toMatchObject({ status: 200, body: 'xxxxxxxxxx', truncated: true });
    await outbound.close();
  });

  it.each(['/hang', '/drip'])('and gives %s up in time', async (path) => {
    const outbound = named();
    await expect(
      outbound.fetch(`http://hooks.test:${webPort}${path}`, { timeoutMs: 60 }),
    ).rejects.toMatchObject({ reason: 'timeout', retryable: true });
    await outbound.close();
  });

  it('and gives up a look-up that hangs', async () => {
    const stuck = new Outbound({ allow: [] }, () => new Promise(() => undefined));
    expect(await reasonOf(stuck.fetch('http://stuck.test/', { timeoutMs: 30 }))).toBe('timeout');
    expect(await reasonOf(stuck.connect({ host: 'stuck.test', port: 25, timeoutMs: 30 }))).toBe('timeout');
    await stuck.close();
  });

  it('and stops when told', async () => {
    const outbound = named();
    const controller = new AbortController();
    const run = reasonOf(outbound.fetch(`http://hooks.test:${webPort}/hang`, { signal: controller.signal }));
    controller.abort();
    expect(await run).toBe('aborted');
    await outbound.close();
  });

  it('and says what is away: a closed port, an unknown name', async () => {
    const outbound = new Outbound({ allow: ['127.0.0.1:1'] }, () => Promise.reject(new Error('ENOTFOUND')));
    await expect(outbound.fetch('http://127.0.0.1:1/')).rejects.toMatchObject({
      reason: 'unreachable',
      retryable: true,
    });
    expect(await reasonOf(outbound.connect({ host: '127.0.0.1', port: 1 }))).toBe('unreachable');
    expect(await reasonOf(outbound.fetch('http://nowhere.test/'))).toBe('unresolved');
    await outbound.close();
  });

  it('and opens sockets that outlive the connect timeout', async () => {
    const outbound = named();
    const socket = await outbound.connect({ host: 'hooks.test', port: webPort, timeoutMs: 200 });
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toContain('200 OK');
    await outbound.close();
  });
});
