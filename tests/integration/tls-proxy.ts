import { readFile } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Certificates } from '../setup/certificates.js';

/** Ends TLS in front of a service that speaks none, as a load balancer does; it wants a client certificate. */
export type TlsProxy = { port: number; close: () => Promise<void> };

export const startTlsProxy = async (
  target: { host: string; port: number },
  { ca, serverCert, serverKey }: Certificates,
): Promise<TlsProxy> => {
  const [trusted, cert, key] = await Promise.all([ca, serverCert, serverKey].map((path) => readFile(path)));
  const sockets = new Set<Socket | TLSSocket>();
  const track = <T extends Socket>(socket: T): T => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const server = createServer({ cert, key, ca: trusted, requestCert: true }, (outside) => {
    const inside = connect(target);
    for (const socket of [outside, inside]) track(socket);
    outside.pipe(inside).pipe(outside);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
