import { connect } from 'node:net';

const timeoutMs = 2_000;
const maxBytes = 65_536;

/** Sends bytes to a loopback port and returns what came back once `complete` says so; nothing on refusal, timeout or close. */
export function probeTcp(
  port: number,
  request: Buffer,
  complete: (received: Buffer) => boolean,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received: Buffer = Buffer.alloc(0);
    const finish = (answer: Buffer | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (complete(received)) finish(received);
      else if (received.length > maxBytes) finish(undefined);
    });
  });
}
