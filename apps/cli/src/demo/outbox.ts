import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export type Outbox = { directory: string; close: () => Promise<void> };

const MAX_BODY_BYTES = 1_048_576;

/**
 * Stand-ins for Slack and a mail server on loopback: whatever arrives becomes a file that a person can open.
 * They answer as the real ones do when all is well.
 */
export async function openOutbox(directory: string, ports: { slack: number; smtp: number }): Promise<Outbox> {
  await mkdir(directory, { recursive: true });
  const slack = await listenSlack(directory, ports.slack);
  const smtp = await listenSmtp(directory, ports.smtp);
  return {
    directory,
    close: async () => {
      await Promise.all([slack(), smtp()]);
    },
  };
}

const stamp = () => new Date().toISOString().replace(/[:.]/g, '-');

/** Names sort by arrival, also within a millisecond. */
const fileNames = () => {
  let count = 0;
  return (extension: string) => `${stamp()}-${String(++count).padStart(4, '0')}.${extension}`;
};

async function listenSlack(directory: string, port: number): Promise<() => Promise<void>> {
  const nextName = fileNames();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      writeFile(join(directory, nextName('slack.json')), pretty(text)).then(
        () => response.end('ok'),
        () => response.writeHead(500).end('cannot write the outbox'),
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

function pretty(text: string): string {
  try {
    return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  } catch {
    return text;
  }
}

async function listenSmtp(directory: string, port: number): Promise<() => Promise<void>> {
  const nextName = fileNames();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    size: 10 * MAX_BODY_BYTES,
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        saveMail(directory, nextName('eml'), Buffer.concat(chunks)).then(() => done(), done);
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** The mail as it came, and its HTML part with inline images, ready for a browser. */
async function saveMail(directory: string, name: string, raw: Buffer): Promise<void> {
  await writeFile(join(directory, name), raw);
  const mail = await simpleParser(raw);
  if (typeof mail.html === 'string')
    await writeFile(join(directory, name.replace(/eml$/, 'html')), mail.html);
}
