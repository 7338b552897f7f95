import { OutboundError } from '#libs/outbound';
import { describe, expect, it } from 'vitest';

import { smtpFailure } from './smtp-result.js';

const failure = (fields: Record<string, unknown>): Error => Object.assign(new Error('x'), fields);

describe('smtpFailure', () => {
  it.each([
    ['450 for now', failure({ responseCode: 450, response: '450 busy' }), true, 'mail answered 450 busy'],
    [
      '550 for good',
      failure({ responseCode: 550, code: 'EENVELOPE', response: '550 no such user' }),
      false,
      'mail answered 550 no such user',
    ],
    [
      'a reply with line breaks',
      failure({ responseCode: 421, response: '421 a\r\nb' }),
      true,
      'mail answered 421 a b',
    ],
    [
      'a broken connection',
      failure({ code: 'ECONNECTION' }),
      true,
      'mail the connection failed (ECONNECTION)',
    ],
    ['a wrong envelope', failure({ code: 'EENVELOPE' }), false, 'mail the connection failed (EENVELOPE)'],
    ['a refused address', new OutboundError('forbidden_address', 'no'), false, 'no'],
  ])('%s', (_, error, retryable, reason) => {
    expect(smtpFailure(error, { host: 'mail', givenUp: false })).toEqual({ ok: false, retryable, reason });
  });

  it('says when it was given up, and throws what is no error', () => {
    expect(smtpFailure(failure({ code: 'ECONNECTION' }), { host: 'mail', givenUp: true })).toMatchObject({
      retryable: true,
      reason: 'mail did not finish in time',
    });
    expect(() => smtpFailure('text', { host: 'mail', givenUp: false })).toThrow();
  });
});
