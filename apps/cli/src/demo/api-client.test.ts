import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { apiClient } from './api-client.js';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function serve(
  answer: (call: number) => { status: number; body: string } | 'hang up',
): Promise<string> {
  let calls = 0;
  server = createServer((request, response) => {
    const reply = answer(++calls);
    if (reply === 'hang up') request.socket.destroy();
    else response.writeHead(reply.status, { connection: 'close' }).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('apiClient', () => {
  it('asks again when the connection was closed on it', async () => {
    const url = await serve((call) => (call === 1 ? 'hang up' : { status: 200, body: '{"items":[1]}' }));
    expect(await apiClient(url, 'k').get('/x')).toEqual({ items: [1] });
  });

  it('says what the problem document says, with its fields, and does not repeat', async () => {
    const body = JSON.stringify({ detail: 'No.', errors: [{ field: 'name', message: 'is missing' }] });
    let calls = 0;
    const url = await serve((call) => {
      calls = call;
      return { status: 422, body };
    });
    await expect(apiClient(url, 'k').post('/x', {})).rejects.toThrow(
      'POST /x answered 422: No. — name: is missing',
    );
    expect(calls).toBe(1);
  });
});
