import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

type Service = {
  image: string;
  ports?: string[];
  profiles?: string[];
  restart: string;
  healthcheck: { test?: unknown; disable?: boolean };
  environment?: Record<string, string | number>;
};

const text = readFileSync(join(import.meta.dirname, 'compose.yaml'), 'utf8');
const compose = parse(text, { merge: true, strict: true, uniqueKeys: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

/** A repository in lower case, a tag that is a version: never `latest`, which changes under a running system. */
const pinnedImage = /^[a-z0-9]+([./_-][a-z0-9]+)*:\d[\w.-]*$/;

describe('compose.yaml', () => {
  it.each(services)('%s has an image with a version', (_name, { image }) => {
    expect(image).toMatch(pinnedImage);
  });

  it.each(services)('%s listens on loopback only', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+|\$\{\w+:-\d+\}):\d+$/);
  });

  it.each(services)(
    '%s says how to see that it is well, and comes back',
    (name, { healthcheck, restart }) => {
      expect(name === 'migrate' ? healthcheck.disable : healthcheck.test).toBeTruthy();
      expect(restart).toBe(name === 'migrate' ? 'no' : 'unless-stopped');
    },
  );

  it('has the versions of the local processes, and Grafana', () => {
    const image = (name: string) => compose.services[name]?.image;
    const pom = readFileSync(join(import.meta.dirname, 'local', 'kafka', 'pom.xml'), 'utf8');
    const kafka = /<kafka\.version>([^<]+)</.exec(pom)?.[1];
    expect(image('kafka')).toBe(`apache/kafka:${kafka ?? ''}`);
    expect(image('clickhouse')).toBe('clickhouse/clickhouse-server:26.7');
    expect(image('redis')).toMatch(/^redis:7\./);
    expect(image('grafana')).toMatch(/^grafana\/grafana:/);
  });

  it('runs Plumbline itself only when asked', () => {
    const optional = services.filter(([, { profiles }]) => profiles?.includes('apps')).map(([name]) => name);
    expect(optional.sort()).toEqual(['api', 'ingest', 'migrate', 'worker']);
  });

  it('holds no password: each comes from the environment', () => {
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET/.test(name)) expect(String(value)).toMatch(/^\$\{\w+:[?-]/);
      }
    }
  });
});
