import { describe, expect, it } from 'vitest';

import { createLogger, scrubLine } from './logging.js';

const written = (act: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> => {
  const lines: string[] = [];
  act(createLogger({ logLevel: 'info' }, 'api', { write: (line) => void lines.push(line) }));
  return JSON.parse(lines.join('')) as Record<string, unknown>;
};

describe('createLogger', () => {
  it('writes one JSON line with app, level, time and message', () => {
    expect(written((logger) => logger.info({ rows: 5 }, 'stored'))).toMatchObject({
      app: 'api',
      level: 'info',
      rows: 5,
      msg: 'stored',
    });
  });

  it('hides values under secret names at any depth', () => {
    const record = {
      channel: { webhookUrl: 'https://x', list: [{ password: 'hunter2', host: 'mail' }] },
      Authorization: 'Bearer x',
    };
    const line = written((logger) => logger.info(record, 'x'));
    expect(line).toMatchObject({
      channel: { webhookUrl: '[hidden]', list: [{ password: '[hidden]', host: 'mail' }] },
    });
    expect(line['Authorization']).toBe('[hidden]');
  });

  it('hides secrets in messages and in errors', () => {
    const error = new Error('connect redis://user:hunter2@host:6379 failed');
    const line = JSON.stringify(
      written((logger) =>
        logger.error({ err: error }, 'POST https://hooks.slack.com/services/T0/B0/abcd failed'),
      ),
    );
    expect(line).not.toMatch(/hunter2|abcd/);
    expect(line).toContain('redis://[hidden]@host:6379');
  });

  it('survives records that contain themselves', () => {
    const record: Record<string, unknown> = { name: 'loop' };
    record['self'] = record;
    expect(written((logger) => logger.info(record, 'x'))).toMatchObject({ name: 'loop' });
  });
});

describe('scrubLine', () => {
  it.each([
    ['/alerts/7?exp=5&sig=abc-DEF_1', '/alerts/7?exp=5&sig=[hidden]'],
    ['key pl_0123456789abcdefghijABCDEFGHIJ bad', 'key pl_[hidden] bad'],
    ['http://host:8123/ping', 'http://host:8123/ping'],
    ['mail to a@b.example', 'mail to a@b.example'],
  ])('%s', (line, expected) => {
    expect(scrubLine(line)).toBe(expected);
  });
});
