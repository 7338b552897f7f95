import { createSecretKey, randomBytes } from 'node:crypto';
import { channelSecretPlace, type RegistryDocument } from '#libs/contracts';
import { seal } from '#libs/platform';
import { describe, expect, it } from 'vitest';
import { openChannel } from './channel-target.js';

const key = createSecretKey(randomBytes(32));
const sealed = (secret: unknown, id = 'ops') =>
  seal(key, channelSecretPlace('p', id), typeof secret === 'string' ? secret : JSON.stringify(secret));
const channel = (sealedSecret: string, kind = 'slack') =>
  ({
    ...{ project: 'p', kind: 'channel', id: 'ops' },
    body: { kind, settings: {}, sealedSecret, hint: '' },
  }) as unknown as RegistryDocument<'channel'>;
const secret = { webhookUrl: 'https://hooks.example/secret-path' };

describe('openChannel', () => {
  it('opens what was sealed for this channel', () => {
    expect(openChannel(key, channel(sealed(secret)))).toEqual({
      ok: true,
      target: { kind: 'slack', settings: {}, secret },
    });
  });

  it.each([
    ['a channel that is gone', key, null, /does not exist/],
    ['another key', createSecretKey(randomBytes(32)), channel(sealed(secret)), /PLUMBLINE_SECRET_KEY/],
    ["another channel's secret", key, channel(sealed(secret, 'other')), /altered/],
    ['no secret', key, channel(''), /cannot be read/],
    ['a secret of another kind', key, channel(sealed({ password: 'x' })), /correct secret/],
    ['a secret that is no JSON', key, channel(sealed('secret-path')), /correct secret/],
    ['settings that are missing', key, channel(sealed({}), 'email'), /correct settings/],
  ])('says why it cannot be used: %s', (_, secretKey, document, reason) => {
    const opened = openChannel(secretKey, document);
    expect(opened).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as unknown });
    expect(JSON.stringify(opened)).not.toContain('secret-path');
  });
});
