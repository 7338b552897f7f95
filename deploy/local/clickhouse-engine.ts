/**
 * The process that is the local ClickHouse: `clickhouse-engine CONFIG DATA HTTP_PORT CREDENTIALS`. It runs a query that
 * never ends inside the embedded engine, and that query's session opens ClickHouse's own listeners. Runs as source and as built code.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { libchdbPath } from 'chdb/libchdb';
import { DataType, load, open } from 'ffi-rs';

const endless =
  'SELECT sleep(3) FROM numbers(1000000000) SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null';
const serve = `SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; ${endless}`;
const killTheEndlessQuery =
  "KILL QUERY WHERE query LIKE 'SELECT sleep(3)%' AND user IN ('', 'default') ASYNC";

const [configFile = '', dataFolder = '', httpPort = '', credentialsPath = ''] = process.argv.slice(2);
const state = { stopping: false };

/** Posts the statement on a connection that closes at once: the engine waits for open ones when it ends. */
function post(statement: string): Promise<number> {
  const { clickhouseUser, clickhousePassword } = JSON.parse(readFileSync(credentialsPath, 'utf8')) as Record<
    'clickhouseUser' | 'clickhousePassword',
    string
  >;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: Number(httpPort),
        method: 'POST',
        agent: false,
        auth: `${clickhouseUser}:${clickhousePassword}`,
        timeout: 10_000,
      },
      (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('no answer')));
    sent.once('error', reject);
    sent.end(statement);
  });
}

/** Ends the engine so that inserts in flight finish. Before it listens there are none, and the process can simply go. */
async function stop(): Promise<void> {
  if (state.stopping) return;
  state.stopping = true;
  try {
    const status = await post(killTheEndlessQuery);
    if (status !== 200) throw new Error(`HTTP ${status}`);
  } catch (cause) {
    console.error('the engine did not take the request to stop, so it is ended hard:', cause);
    process.kill(process.pid, 'SIGKILL');
  }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

open({ library: 'chdb', path: libchdbPath() });
const args = [
  'clickhouse',
  `--config-file=${configFile}`,
  `--path=${dataFolder}`,
  '--multiquery',
  `--query=${serve}`,
];
await load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
});
if (!state.stopping) console.error('the engine ended by itself');
process.exit(state.stopping ? 0 : 1);
