import { describe, expect, it } from 'vitest';
import { clickhouseConfig } from './clickhouse.js';
import { kafkaConfig } from './kafka.js';
import { brokersIn, metadataRequest } from './kafka-probe.js';
import { pickBinary, redisConfig } from './redis.js';
import { defaultPorts, servicesToProvide, shiftPorts } from './settings.js';

describe('what the three services listen on', () => {
  it('is loopback only, on the ports asked for', () => {
    const ports = shiftPorts(defaultPorts, 100);
    const kafka = kafkaConfig('/data', ports);
    expect(kafka).toContain('listeners=PLAINTEXT://127.0.0.1:19192,CONTROLLER://127.0.0.1:19193\n');
    expect(kafka).toContain('controller.quorum.voters=1@127.0.0.1:19193\n');
    expect(redisConfig('/data', ports.redis)).toMatch(/^port 16479\nbind 127\.0\.0\.1\n/);
    const clickhouse = clickhouseConfig('/data', ports);
    expect(clickhouse).toContain('<http_port>18223</http_port>');
    expect(clickhouse.match(/<listen_host>([^<]*)</g)).toEqual(['<listen_host>127.0.0.1<']);
  });
});

describe('kafkaConfig', () => {
  it('takes further listeners, on loopback as well, and settings of a test', () => {
    const listeners = [{ name: 'SASL', protocol: 'SASL_SSL' as const, port: 7 }];
    const config = kafkaConfig('/data', defaultPorts, {
      listeners,
      properties: { 'min.insync.replicas': 2 },
    });
    expect(config).toContain(
      'listeners=PLAINTEXT://127.0.0.1:19092,SASL://127.0.0.1:7,CONTROLLER://127.0.0.1:19093\n',
    );
    expect(config).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:19092,SASL://127.0.0.1:7\n');
    expect(config).toContain(
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_SSL,CONTROLLER:PLAINTEXT\n',
    );
    expect(config.match(/^min\.insync\.replicas=.*$/gm)).toEqual(['min.insync.replicas=2']);
  });
});

describe('clickhouseConfig', () => {
  it('escapes a folder with signs that XML gives a meaning', () => {
    expect(clickhouseConfig('/a <b> & c', defaultPorts)).toContain('/a &lt;b&gt; &amp; c/clickhouse.err.log');
  });
});

describe('redisConfig', () => {
  it('keeps what was accepted and evicts nothing, also in a folder with blanks', () => {
    const config = redisConfig('/my data', 1);
    expect(config).toContain('dir "/my data/data"');
    expect(config).toContain('appendonly yes');
    expect(config).toContain('maxmemory-policy noeviction');
  });
});

describe('pickBinary', () => {
  const names = [
    'redis-server-6.2.6-v5-linux-386',
    'redis-server-6.2.6-v5-linux-amd64',
    'redis-server-6.2.7-linux-arm64',
    'redis-server-6.2.6-v5-darwin-arm64',
  ];

  it.each([
    ['linux', 'x64', 'redis-server-6.2.6-v5-linux-amd64'],
    ['linux', 'arm64', 'redis-server-6.2.7-linux-arm64'],
    ['darwin', 'arm64', 'redis-server-6.2.6-v5-darwin-arm64'],
    ['freebsd', 'x64', undefined],
    ['linux', 'riscv64', undefined],
  ])('finds the server for %s on %s', (platform, arch, expected) => {
    expect(pickBinary(names, platform, arch)).toBe(expected);
  });
});

describe('the question to Kafka', () => {
  it('announces its own length', () => {
    const request = metadataRequest();
    expect(request.readInt32BE(0)).toBe(request.length - 4);
  });

  it.each([
    ['one broker', [0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1], 1],
    ['a node that has no broker yet', [0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0], 0],
    ['the answer to somebody else', [0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 1], 0],
    ['a torn answer', [0, 0, 0, 8, 0, 0], 0],
  ])('counts brokers in the answer of %s', (_name, bytes, expected) => {
    expect(brokersIn(Buffer.from(bytes))).toBe(expected);
  });
});

describe('servicesToProvide', () => {
  const clickhouse = { url: 'http://h:1', user: 'u', password: '' };

  it.each([
    ['nothing configured', {}, ['kafka', 'clickhouse', 'redis']],
    ['Kafka elsewhere', { kafkaBrokers: 'h:1' }, ['clickhouse', 'redis']],
    ['all elsewhere', { kafkaBrokers: 'h:1', clickhouse, redisUrl: 'redis://h:1' }, []],
  ])('with %s', (_name, configured, expected) => {
    expect(servicesToProvide(configured)).toEqual(expected);
  });
});
