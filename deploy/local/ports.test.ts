import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPortFree, listeningInode, portInUseMessage, portUser } from './ports.js';

/** A loopback port that nobody uses at the moment. */
function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no port was given')),
      );
    });
  });
}

let server: Server;
let port = 0;
beforeEach(async () => {
  port = await anyFreePort();
  server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('ports', () => {
  it('are taken while somebody listens, and free afterwards', async () => {
    expect(await isPortFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).toBe(true);
    server.listen(port, '127.0.0.1');
  });

  it('lead to their user', async () => {
    expect((await portUser(port))?.pid).toBe(process.pid);
  });

  it('without a listener lead to nobody', async () => {
    expect(await portUser(await anyFreePort())).toBeUndefined();
  });
});

describe('listeningInode', () => {
  const row = (address: string, state: string, inode: string) =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1`;
  const table = (...rows: string[]) => ['  sl  local_address rem_address   st', ...rows].join('\n');

  it.each([
    ['a listener', table(row('0100007F:4A94', '0A', '777')), 19092, '777'],
    [
      'a connection from that port, which is no listener',
      table(row('0100007F:4A94', '01', '777')),
      19092,
      undefined,
    ],
    ['another port', table(row('0100007F:4A95', '0A', '777')), 19092, undefined],
    ['a low port, padded', table(row('00000000:0050', '0A', '778')), 80, '778'],
    ['IPv6', table(row('00000000000000000000000001000000:4A94', '0A', '779')), 19092, '779'],
    ['an empty table', '', 19092, undefined],
  ])('reads %s', (_name, text, wanted, expected) => {
    expect(listeningInode(text, wanted)).toBe(expected);
  });
});

describe('portInUseMessage', () => {
  it('is one sentence that names the port, what it is for, who has it and what to do', () => {
    expect(portInUseMessage('Kafka', 19092, { pid: 7, command: 'java' }, 'set KAFKA_BROKERS')).toBe(
      'Port 19092 for Kafka is already used by "java" (pid 7): stop it, or set KAFKA_BROKERS.',
    );
    expect(portInUseMessage('Redis', 16379, undefined, 'set REDIS_URL')).toContain(
      'used by another program: stop it',
    );
  });
});
