import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { appPorts, planApps, type PlanInput } from './app-plan.js';
import { parseOwned } from './owned-services.js';
import { restartDelayMs } from './supervised-app.js';

const input: PlanInput = {
  config: {
    home: '/h',
    http: { host: '127.0.0.1', port: 8080 },
    publicUrl: 'https://plumbline.example',
    outbound: { allow: ['10.0.0.1:443'] },
    secretKey: undefined,
  },
  addresses: {
    kafkaBrokers: 'k:1',
    clickhouseUrl: 'http://c:1',
    clickhouseUser: 'u',
    clickhousePassword: 'p',
    redisUrl: 'redis://r:1',
  },
  generatedKey: 'generated',
  withDemo: false,
};

describe('planApps', () => {
  it('gives each app its own port and all of them the same addresses', () => {
    const plans = planApps(input);
    expect(plans.map(({ name, environment }) => [name, environment['PORT']])).toEqual([
      ['api', '8080'],
      ['ingest', '8081'],
      ['worker', '8082'],
    ]);
    for (const { environment } of plans) {
      expect(environment).toMatchObject({
        KAFKA_BROKERS: 'k:1',
        CLICKHOUSE_URL: 'http://c:1',
        CLICKHOUSE_USER: 'u',
        CLICKHOUSE_PASSWORD: 'p',
        REDIS_URL: 'redis://r:1',
        PLUMBLINE_HOME: '/h',
        PLUMBLINE_PUBLIC_URL: 'https://plumbline.example',
        PLUMBLINE_SECRET_KEY: 'generated',
        PLUMBLINE_OUTBOUND_ALLOW: '10.0.0.1:443',
      });
    }
  });

  it('opens the way to the stand-ins for the demo only, beside what is allowed already', () => {
    const [api] = planApps({ ...input, withDemo: true });
    expect(api?.environment['PLUMBLINE_OUTBOUND_ALLOW']).toBe('10.0.0.1:443,127.0.0.1:8083,127.0.0.1:8084');
  });

  it('leaves a configured secret key alone', () => {
    const secretKey = createSecretKey(randomBytes(32));
    const [api] = planApps({ ...input, config: { ...input.config, secretKey } });
    expect(api?.environment).not.toHaveProperty('PLUMBLINE_SECRET_KEY');
  });

  it('asks a wildcard host’s health on loopback', () => {
    const [api] = planApps({ ...input, config: { ...input.config, http: { host: '0.0.0.0', port: 8080 } } });
    expect(api?.url).toBe('http://127.0.0.1:8080');
  });

  it('tells the processes of one home from those of another', () => {
    const other = planApps({ ...input, config: { ...input.config, home: '/other' } });
    const markers = [...planApps(input), ...other].map(({ marker }) => marker);
    expect(new Set(markers).size).toBe(6);
  });
});

describe('appPorts', () => {
  it('are all different', () => {
    expect(new Set(Object.values(appPorts({ host: 'h', port: 9000 }))).size).toBe(5);
  });
});

describe('restartDelayMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [6, 30_000],
    [1_000, 30_000],
  ])('after crash %d is %d ms', (crashes, expected) => {
    expect(restartDelayMs(crashes)).toBe(expected);
  });
});

describe('parseOwned', () => {
  it.each([
    [undefined, []],
    ['["redis","kafka"]', ['kafka', 'redis']],
    ['["postgres", 5]', []],
    ['{"kafka":1}', []],
    ['["kaf', []],
  ])('reads %j', (text, expected) => {
    expect(parseOwned(text)).toEqual(expected);
  });
});
