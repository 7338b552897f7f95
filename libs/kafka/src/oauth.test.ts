import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createTokens } from './oauth.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const server = async (answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) => {
  const made = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  closing.push(() => made.close());
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/token`;
};

const sasl = (tokenUrl: string) => ({
  mechanism: 'oauthbearer' as const,
  tokenUrl,
  clientId: 'id:x',
  clientSecret: 's3cret/',
  scope: 'kafka',
});

describe('createTokens', () => {
  it('asks with the client credentials, and again when most of the life is over', async () => {
    const asked: string[] = [];
    const url = await server((request, response, body) => {
      asked.push(`${request.headers.authorization} ${body}`);
      response.end(JSON.stringify({ access_token: `t${asked.length}`, expires_in: 100 }));
    });
    let nowMs = 0;
    const tokens = createTokens(sasl(url), () => nowMs);
    expect([await tokens(), await tokens()]).toEqual([{ value: 't1' }, { value: 't1' }]);
    nowMs = 79_999;
    expect(await tokens()).toEqual({ value: 't1' });
    nowMs = 80_000;
    expect(await tokens()).toEqual({ value: 't2' });
    const credentials = Buffer.from('id%3Ax:s3cret%2F').toString('base64');
    expect(asked[0]).toBe(`Basic ${credentials} grant_type=client_credentials&scope=kafka`);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['a refusal', (response) => response.writeHead(401).end('no'), 'it answers 401'],
    ['no token', (response) => response.end('{}'), 'no access_token'],
    ['no JSON', (response) => response.end('<html>'), 'not valid JSON'],
    [
      'a redirection',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'fetch failed',
    ],
    ['too much', (response) => response.end('x'.repeat(70_000)), 'more than'],
  ])('%s: says so without the secret, and asks again next time', async (_, answer, message) => {
    let times = 0;
    const url = await server((_request, response) => {
      times += 1;
      answer(response);
    });
    const tokens = createTokens(sasl(url));
    for (const time of [1, 2]) {
      const error = await tokens().catch((caught: unknown) => caught);
      expect(String(error)).toContain(message);
      expect(String(error)).not.toContain('s3cret');
      expect(times).toBe(time);
    }
  });

  it('reads the file anew for each connection', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-token-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const tokenFile = join(folder, 'token');
    const tokens = createTokens({ mechanism: 'oauthbearer', tokenFile });
    writeFileSync(tokenFile, 'first\n');
    expect(await tokens()).toEqual({ value: 'first' });
    writeFileSync(tokenFile, '');
    await expect(tokens()).rejects.toThrow('is empty');
  });
});
