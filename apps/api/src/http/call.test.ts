import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { parseCall, readExpected, type IncomingCall } from './call.js';
import { endpoint } from './endpoint.js';
import { Problem } from './problem.js';

const spec = endpoint({
  method: 'PUT',
  path: '/v1/things/{thing}',
  tag: 'things',
  summary: 'A thing',
  role: 'editor',
  write: true,
  implied: ['thing'],
  query: z.object({ limit: z.coerce.number().int().max(10).default(5) }),
  body: z.strictObject({
    thing: z.string(),
    size: z.number().default(1),
    limits: z.partialRecord(z.enum(['psi', 'chi2']), z.number()).default({}),
  }),
  replies: { 200: { description: 'It' } },
});

const incoming = (more: Partial<IncomingCall> = {}): IncomingCall => ({
  headers: { 'content-type': 'application/json; charset=utf-8' },
  params: { thing: 'a' },
  query: {},
  body: {},
  principal: { id: 'k', project: '*', name: 'me', role: 'admin' },
  ...more,
});

const refusal = (call: IncomingCall, of = spec as Parameters<typeof parseCall>[0]): Problem => {
  try {
    parseCall(of, call);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('parseCall', () => {
  it('fills in what the path and the schema say', () => {
    const call = parseCall(
      spec,
      incoming({
        query: { limit: '7' },
        headers: { 'content-type': 'application/json', 'if-match': '"4"', 'x-reason': ' why ' },
      }),
    );
    expect(call).toMatchObject({
      params: { thing: 'a' },
      query: { limit: 7 },
      body: { thing: 'a', size: 1, limits: {} },
      intent: { expected: 4, author: 'me', reason: 'why' },
    });
  });

  it('ignores what the service itself writes into a document', () => {
    const sent = { id: 'a', revision: 3, at: 'x', author: 'y', reason: 'z', size: 2 };
    expect(parseCall(spec, incoming({ body: sent })).body).toEqual({ thing: 'a', size: 2, limits: {} });
  });

  const deep = Array.from({ length: 60 }).reduce<object>((inner) => ({ inner }), {});
  const cases: [string, Partial<IncomingCall>, number, string | undefined][] = [
    ['a parameter that is no name', { params: { thing: '../x' } }, 422, 'thing'],
    ['a query out of range', { query: { limit: '11' } }, 422, 'query.limit'],
    ['a query given twice', { query: { limit: ['1', '2'] } }, 422, 'query.limit'],
    ['an unknown field', { body: { sise: 1 } }, 422, 'sise'],
    ['a wrong type', { body: { size: 'x' } }, 422, 'size'],
    ['an unknown name in a record', { body: { limits: { pzi: 1 } } }, 422, 'limits.pzi'],
    ['a body that contradicts the path', { body: { thing: 'b' } }, 422, 'thing'],
    ['a body that is no object', { body: [1] }, 422, 'body'],
    ['a body that is too deep', { body: deep }, 422, 'body'],
    ['a prototype', { body: JSON.parse('{"__proto__":{}}') as unknown }, 422, 'body'],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, undefined],
    ['no content type', { headers: {} }, 415, undefined],
    [
      'a reason without end',
      { headers: { 'content-type': 'application/json', 'x-reason': 'x'.repeat(501) } },
      422,
      'X-Reason',
    ],
    [
      'a revision that is none',
      { headers: { 'content-type': 'application/json', 'if-match': 'x' } },
      400,
      'If-Match',
    ],
  ];
  it.each(cases)('refuses %s', (_, more, status, field) => {
    const problem = refusal(incoming(more));
    expect(problem.status).toBe(status);
    expect(problem.details.errors?.[0]?.field).toBe(field);
  });

  it('hints at the nearest name', () => {
    expect(refusal(incoming({ body: { sise: 1 } })).detail).toContain("did you mean 'size'?");
    expect(refusal(incoming({ body: { limits: { pzi: 1 } } })).detail).toContain("did you mean 'psi'?");
  });

  it('takes only the content types of an upload', () => {
    const upload = endpoint({ ...spec, upload: ['text/csv'] });
    expect(refusal(incoming({ headers: { 'content-type': 'text/html' } }), upload).status).toBe(415);
  });
});

describe('readExpected', () => {
  it.each([
    [undefined, undefined],
    ['"3"', 3],
    ['3', 3],
    ['W/"12"', 12],
    ['*', 'any'],
  ])('%s is %s', (header, expected) => {
    expect(readExpected(header)).toBe(expected);
  });

  it.each(['', '"a"', '-1', '"3", "4"', '1e9', '99999999999'])('refuses %j', (header) => {
    expect(() => readExpected(header)).toThrow(Problem);
  });
});
