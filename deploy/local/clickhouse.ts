import { extname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { localSources } from './checkout.js';
import { credentialsFile } from './credentials.js';
import type { LocalService, ServiceContext } from './service.js';
import type { StackPorts } from './settings.js';
import { writeWhole } from './state.js';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeXml = (text: string): string => text.replace(/[&<>]/g, (sign) => escapes[sign] ?? sign);

/** Server settings of the embedded engine: loopback only, 4 GiB of memory, users from the committed file, Prometheus metrics on the HTTP port. */
export function clickhouseConfig(folder: string, ports: StackPorts): string {
  return `<clickhouse>
  <http_port>${ports.clickhouseHttp}</http_port>
  <tcp_port>${ports.clickhouseTcp}</tcp_port>
  <listen_host>127.0.0.1</listen_host>
  <max_server_memory_usage>4294967296</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <logger>
    <errorlog>${escapeXml(join(folder, 'clickhouse.err.log'))}</errorlog>
    <errorlog_level>warning</errorlog_level>
    <size>10M</size>
    <count>2</count>
  </logger>
  <access_control_improvements>
    <settings_constraints_replace_previous>true</settings_constraints_replace_previous>
  </access_control_improvements>
  <user_directories>
    <users_xml>
      <path>${escapeXml(join(localSources, 'clickhouse', 'users.xml'))}</path>
    </users_xml>
  </user_directories>
  <http_handlers>
    <rule>
      <url>/metrics</url>
      <methods>GET</methods>
      <handler>
        <type>prometheus</type>
        <metrics>true</metrics>
        <events>true</events>
      </handler>
    </rule>
    <defaults/>
  </http_handlers>
</clickhouse>
`;
}

/** Whether ClickHouse answers its own ping. */
async function answersPing(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/ping`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(3_000),
    });
    return (await response.text()).startsWith('Ok');
  } catch {
    return false;
  }
}

/** The ClickHouse engine of the npm package chdb, in a process of its own that serves ClickHouse's HTTP and native interfaces. */
export function clickhouseService({ settings, ports, credentials }: ServiceContext): LocalService {
  const folder = join(settings.home, 'clickhouse');
  const marker = join(folder, 'config.xml');
  const engine = join(import.meta.dirname, `clickhouse-engine${extname(import.meta.filename)}`);
  return {
    name: 'clickhouse',
    title: 'ClickHouse',
    marker,
    ports: [
      { label: "ClickHouse's HTTP interface", port: ports.clickhouseHttp },
      { label: "ClickHouse's native interface", port: ports.clickhouseTcp },
    ],
    variable: 'CLICKHOUSE_URL=http://host:port',
    readyMs: 60_000,
    stopMs: 30_000,
    prepare: async () => {
      await mkdir(join(folder, 'data'), { recursive: true });
      await writeWhole(marker, clickhouseConfig(folder, ports));
    },
    command: () =>
      Promise.resolve({
        file: process.execPath,
        args: [
          engine,
          marker,
          join(folder, 'data'),
          String(ports.clickhouseHttp),
          credentialsFile(settings.home),
        ],
        cwd: folder,
        env: {
          TZ: 'UTC',
          PLUMBLINE_CLICKHOUSE_PASSWORD: credentials.clickhousePassword,
          PLUMBLINE_CLICKHOUSE_READONLY_PASSWORD: credentials.readonlyPassword,
        },
      }),
    probe: () => answersPing(ports.clickhouseHttp),
  };
}
