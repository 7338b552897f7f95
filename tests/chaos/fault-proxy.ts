import {
  Agent,
  createServer,
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Passage: one insert on its way from ingest to ClickHouse, in the hands of a fault. */
export type Passage = {
  table: string;
  /** Settings to be added to the statement, as parameters of its address. */
  settings: Record<string, string>;
  /** Sends all of it; resolves with ClickHouse's answer. */
  forward: () => Promise<Answer>;
  /** Sends the first half only. */
  begin: () => { rest: () => Promise<Answer>; reset: () => void };
  answer: (answer: Answer) => void;
  /** Breaks the connection to ingest without an answer: politely, or by a reset. */
  cut: (how: 'close' | 'reset') => void;
  /** Resolves when ingest has given up. */
  abandoned: Promise<void>;
};

export type Fault = (passage: Passage) => Promise<void>;

/** Headers but those that belong to one connection. */
const without = (headers: IncomingHttpHeaders, ...names: string[]): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

export const pass: Fault = async (passage) => passage.answer(await passage.forward());

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const INSERT = /^INSERT INTO (\w+)/;

/** The table that a request inserts into; undefined for anything else. */
const tableOf = ({ method, url }: IncomingMessage): string | undefined => {
  if (method !== 'POST') return undefined;
  const statement = new URL(url ?? '/', 'http://proxy').searchParams.get('query') ?? '';
  return INSERT.exec(statement)?.[1];
};

/** FaultProxy: stands between ingest and ClickHouse and lets a fault decide what becomes of each insert. All else passes. */
export class FaultProxy {
  /** What happens to the next inserts. */
  fault: Fault = pass;
  /** Time that every insert takes longer. */
  delayMs = 0;
  inserts = 0;
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(private readonly target: URL) {
    this.server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (message, response) => {
      void this.handle(message, response).catch(() => message.socket.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.fault = pass;
    this.server.closeAllConnections();
    this.agent.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const table = tableOf(message);
    const body = await bodyOf(message);
    const passage = this.passage({ message, response, body, table: table ?? '' });
    if (table === undefined) return pass(passage);
    this.inserts += 1;
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    await this.fault(passage);
  }

  private passage({
    message,
    response,
    body,
    table,
  }: {
    message: IncomingMessage;
    response: ServerResponse;
    body: Buffer;
    table: string;
  }): Passage {
    const settings: Record<string, string> = {};
    const open = () => this.open(message, settings, body.length);
    return {
      table,
      settings,
      forward: () => {
        const upstream = open();
        upstream.sent.end(body);
        return upstream.answer;
      },
      begin: () => {
        const upstream = open();
        const half = Math.floor(body.length / 2);
        upstream.sent.write(body.subarray(0, half));
        return {
          rest: () => {
            upstream.sent.end(body.subarray(half));
            return upstream.answer;
          },
          reset: () => {
            upstream.answer.catch(() => undefined);
            upstream.sent.socket?.resetAndDestroy();
            upstream.sent.destroy();
          },
        };
      },
      answer: (answer) => {
        const headers = without(answer.headers, 'transfer-encoding', 'connection');
        response
          .writeHead(answer.status, { ...headers, 'content-length': answer.body.length })
          .end(answer.body);
      },
      cut: (how) => {
        if (how === 'reset') message.socket.resetAndDestroy();
        else message.socket.destroy();
      },
      abandoned: new Promise((resolve) => response.once('close', resolve)),
    };
  }

  private open(
    { method, url, headers }: IncomingMessage,
    settings: Readonly<Record<string, string>>,
    length: number,
  ): { sent: ClientRequest; answer: Promise<Answer> } {
    const to = new URL(url ?? '/', this.target);
    for (const [name, value] of Object.entries(settings)) to.searchParams.set(name, value);
    const kept = without(headers, 'host', 'connection', 'transfer-encoding');
    const sent = request({
      agent: this.agent,
      host: this.target.hostname,
      port: this.target.port,
      method,
      path: `${to.pathname}${to.search}`,
      headers: { ...kept, 'content-length': length },
    });
    const answer = new Promise<Answer>((resolve, reject) => {
      sent.once('error', reject);
      sent.once('response', (message) => {
        message.once('error', reject);
        bodyOf(message).then(
          (body) => resolve({ status: message.statusCode ?? 502, headers: message.headers, body }),
          reject,
        );
      });
    });
    return { sent, answer };
  }
}
