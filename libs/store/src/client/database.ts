import { randomUUID } from 'node:crypto';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { createClient, type ClickHouseClient, type ClickHouseSettings } from '@clickhouse/client';
import type { z } from 'zod';
import { StoreError, toStoreError } from './store-error.js';

/** Where ClickHouse is. `url` carries no credentials; `requestTimeoutMs` bounds every call that names no limit of its own. */
export type StoreConfig = {
  url: string;
  user: string;
  password: string;
  database: string;
  /** Default 20 s: below half of the consumers' session, so that a stuck insert ends before the partition is taken away. */
  requestTimeoutMs?: number;
  /** PEM texts for an https address: whom to trust beside the system's authorities, and who we are. */
  tls?: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined };
};

export type Scalar = string | number | bigint | boolean | null;
/** Values of `{name: Type}` placeholders. Arrays and maps are for `query` alone: statements that write carry parameters in their address. */
export type Params = Record<string, Scalar | readonly Scalar[] | Readonly<Record<string, Scalar>>>;

export type Statement = {
  /** Short and constant: prefix of the query id and `log_comment`, so that a slow or failed query names itself. */
  name: string;
  sql: string;
  params?: Params;
  settings?: ClickHouseSettings;
  /** Limit of the whole call, on both sides. */
  timeoutMs?: number;
};
type Query<Row extends z.ZodType> = Statement & { row: Row };
type RowBinaryInsert = {
  table: string;
  columns: readonly string[];
  data: readonly Buffer[] | Readable;
  timeoutMs?: number;
};

/** The one door to ClickHouse. Every call is bounded in time; every failure is a {@link StoreError}. */
export type Database = {
  readonly name: string;
  query: <Row extends z.ZodType>(query: Query<Row>) => Promise<z.output<Row>[]>;
  command: (statement: Statement) => Promise<void>;
  insertRowBinary: (insert: RowBinaryInsert) => Promise<void>;
  /** `INSERT … FORMAT x` or `INSERT … SELECT … FROM input(…) FORMAT x` with the data from a stream. */
  insertStream: (statement: Statement, data: Readable) => Promise<void>;
  ping: () => Promise<void>;
  close: () => Promise<void>;
};

const DEFAULT_TIMEOUT_MS = 20_000;
/** Of the socket: calls carry their own limit, this one only ends what nobody waits for any more. */
const SOCKET_TIMEOUT_MS = 3_600_000;
const MAX_RESULT_ROWS = 2_000_000;
const PING: Statement = { name: 'ping', sql: 'SELECT 1 FORMAT Null' };
const PING_TIMEOUT_MS = 5_000;
const HTTP_BUFFER_BYTES = 1_048_576;

/** Defaults of ClickHouse that moved between releases, said aloud so that 25.x and 26.x behave alike. */
export const fixedSettings: ClickHouseSettings = {
  async_insert: 0,
  wait_for_async_insert: 1,
  wait_end_of_query: 1,
  session_timezone: 'UTC',
  date_time_input_format: 'best_effort',
  join_use_nulls: 0,
  max_insert_block_size: '1048449',
  max_partitions_per_insert_block: '1000',
  max_result_rows: String(MAX_RESULT_ROWS),
  result_overflow_mode: 'throw',
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  cancel_http_readonly_queries_on_client_close: 1,
};

/** Replicated tables drop blocks whose content they have seen, silently, also after a deletion. Here keys take duplicates away, so all is let in. */
const noDeduplication = {
  deduplicate_insert: 'disable',
  deduplicate_insert_select: 'disable',
} as ClickHouseSettings;

const isLoopback = (url: string): boolean =>
  /^(127\.|localhost$|\[::1\]$)/.test(URL.canParse(url) ? new URL(url).hostname : '');

const MAX_CONNECTIONS = 20;

/**
 * The client takes a client certificate for the login itself, which ClickHouse refuses together with a password. With a password the certificate is
 * for whoever ends TLS, so the connections carry it and the login stays what it is.
 */
const tlsOf = ({ tls, password }: StoreConfig) => {
  if (tls === undefined) return {};
  const { ca, cert, key } = tls;
  const trusted = [...getCACertificates('default'), ...(ca === undefined ? [] : [ca])];
  const ca_cert = Buffer.from(trusted.join('\n'));
  if (cert === undefined || key === undefined) return { tls: { ca_cert } };
  if (password === '') return { tls: { ca_cert, cert: Buffer.from(cert), key: Buffer.from(key) } };
  const http_agent = new Agent({ ca: trusted, cert, key, keepAlive: true, maxSockets: MAX_CONNECTIONS });
  return { http_agent };
};

function connect(config: StoreConfig): ClickHouseClient {
  return createClient({
    url: config.url,
    username: config.user,
    password: config.password,
    database: config.database,
    ...tlsOf(config),
    request_timeout: SOCKET_TIMEOUT_MS,
    max_open_connections: MAX_CONNECTIONS,
    use_multipart_params_auto: true,
    // Compression costs more than it saves where the bytes never leave the machine.
    compression: isLoopback(config.url)
      ? {}
      : { response: { codec: 'zstd' }, request: { codec: 'zstd', level: 1 } },
    clickhouse_settings: fixedSettings,
    log: { level: 127 },
  });
}

/** createDatabase: a client of one database. Connects on first use, unless an engine is given that runs in this process. */
export function createDatabase(
  config: Pick<StoreConfig, 'database' | 'requestTimeoutMs'> & (StoreConfig | { embedded: ClickHouseClient }),
): Database {
  const client = 'embedded' in config ? config.embedded : connect(config);
  const defaultTimeoutMs = config.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;

  /** Names, bounds and classifies one call. */
  async function call<T>(statement: Statement, act: (options: CallOptions) => Promise<T>): Promise<T> {
    const timeoutMs = statement.timeoutMs ?? defaultTimeoutMs;
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      return await act({
        query_id: `${statement.name}-${randomUUID()}`,
        abort_signal: limit,
        clickhouse_settings: {
          log_comment: statement.name,
          max_execution_time: Math.ceil(timeoutMs / 1_000),
          ...statement.settings,
        },
        query_params: statement.params ?? {},
      });
    } catch (error) {
      if (limit.aborted && !(error instanceof StoreError)) throw timedOut(statement.name, timeoutMs, error);
      throw toStoreError(error, statement.name);
    }
  }

  async function send(statement: Statement, data: Readable): Promise<void> {
    await call({ ...statement, settings: { ...noDeduplication, ...statement.settings } }, async (options) => {
      const { query, values } =
        'embedded' in config ? { query: statement.sql, values: data } : addressed(statement.sql, data);
      const result = await client.exec({ ...options, query, values });
      await drain(result.stream);
    });
  }

  return {
    name: config.database,
    query: (query) =>
      call(query, async (options) => {
        const result = await client.query({ ...options, query: query.sql, format: 'JSONEachRow' });
        const rows: z.output<typeof query.row>[] = [];
        // Each row as it comes: answers of a hundred thousand cells would lie in memory twice.
        for await (const some of result.stream<unknown>())
          for (const row of some) rows.push(parseRow(query, row.json()));
        return rows;
      }),
    command: (statement) =>
      call({ ...statement, settings: { ...noDeduplication, ...statement.settings } }, async (options) => {
        await client.command({ ...options, query: statement.sql });
      }),
    insertRowBinary: ({ table, columns, data, timeoutMs }) =>
      send(
        {
          name: `insert-${table}`,
          sql: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT RowBinary`,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        },
        data instanceof Readable ? data : bytes(data),
      ),
    insertStream: send,
    // A query, not the server's own ping: that one knows neither the user nor the database.
    ping: () =>
      call({ ...PING, timeoutMs: Math.min(defaultTimeoutMs, PING_TIMEOUT_MS) }, async (options) => {
        await client.command({ ...options, query: PING.sql });
      }),
    close: () => client.close(),
  };
}

type CallOptions = {
  query_id: string;
  abort_signal: AbortSignal;
  clickhouse_settings: ClickHouseSettings;
  query_params: Params;
};

/** A byte stream over buffers: `Readable.from` alone would give an object stream, which the client refuses. */
const bytes = (chunks: readonly Buffer[]): Readable =>
  Readable.from(chunks, { objectMode: false, highWaterMark: HTTP_BUFFER_BYTES });

/** Beside data a statement is part of the address, of which ClickHouse reads 128 kB; escaping may triple it. */
const MAX_ADDRESSED = 30_000;

/** addressed: a statement beside its data; of a long one the first word is in the address and the rest before the data, which the server puts together. */
function addressed(sql: string, data: Readable): { query: string; values: Readable } {
  if (sql.length <= MAX_ADDRESSED) return { query: sql, values: data };
  const end = sql.indexOf(' ');
  const rest = Buffer.from(`${sql.slice(end)}\n`);
  async function* joined() {
    yield rest;
    yield* data;
  }
  return {
    query: sql.slice(0, end),
    values: Readable.from(joined(), { objectMode: false, highWaterMark: HTTP_BUFFER_BYTES }),
  };
}

async function drain(stream: Readable): Promise<void> {
  stream.resume();
  await new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', reject);
  });
}

function parseRow<Row extends z.ZodType>(query: Query<Row>, row: unknown): z.output<Row> {
  const parsed = query.row.safeParse(row);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new StoreError(
    `answered a row of another shape: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    {
      query: query.name,
      retryable: false,
      cause: parsed.error,
    },
  );
}

const timedOut = (query: string, timeoutMs: number, cause: unknown): StoreError =>
  new StoreError(`no answer from ClickHouse within ${timeoutMs} ms`, {
    query,
    retryable: true,
    code: 'TIMEOUT',
    cause,
  });
