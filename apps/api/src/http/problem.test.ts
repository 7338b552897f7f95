import { BadRequestException, NotFoundException } from '@nestjs/common';
import { StoreError } from '#libs/store';
import type { Request } from 'express';
import { describe, expect, it } from 'vitest';

import { toProblem } from './problem.filter.js';
import { invalid, Problem, problemDocument } from './problem.js';
import type { RouteTable } from './route-table.js';

const routes = { methodsAt: (path: string) => (path === '/there' ? ['GET', 'PUT'] : []) } as RouteTable;
const request = (method: string, path: string) => ({ method, path }) as Request;
const storeError = (retryable: boolean) => new StoreError('SELECT secret FROM x', { query: 'q', retryable });

describe('toProblem', () => {
  const cases: [string, unknown, Request, number][] = [
    ['a problem', new Problem(409, 'x'), request('PUT', '/there'), 409],
    ['nothing there', new NotFoundException('Cannot GET /x'), request('GET', '/x'), 404],
    ['another method', new NotFoundException('Cannot POST /there'), request('POST', '/there'), 405],
    ['an unreadable body', new BadRequestException('Unexpected token'), request('PUT', '/there'), 400],
    [
      'a large body',
      Object.assign(new Error('big'), { status: 413, type: 'entity.too.large' }),
      request('PUT', '/there'),
      413,
    ],
    [
      'an unknown charset',
      Object.assign(new Error('x'), { status: 415, type: 'charset.unsupported' }),
      request('PUT', '/there'),
      415,
    ],
    ['an outage', storeError(true), request('GET', '/there'), 503],
    ['a bug in a statement', storeError(false), request('GET', '/there'), 500],
    ['a bug', new TypeError('secret is not a function'), request('GET', '/there'), 500],
    ['a thrown text', 'secret', request('GET', '/there'), 500],
  ];
  it.each(cases)('%s', (_, error, at, status) => {
    const problem = toProblem(error, at, routes);
    expect(problem.status).toBe(status);
    expect(JSON.stringify(problemDocument(problem, 'id'))).not.toContain('secret');
  });

  it('says which methods are served', () => {
    const problem = toProblem(new NotFoundException(), request('POST', '/there'), routes);
    expect(problem.details.headers).toEqual({ Allow: 'GET, PUT' });
  });
});

describe('problemDocument', () => {
  it('has the members of RFC 9457 and the errors', () => {
    const problem = invalid({ field: 'a', message: 'is wrong', found: '1' }, { field: 'b', message: 'too' });
    expect(problemDocument(problem, 'x-1')).toEqual({
      type: 'https://plumbline.dev/problems/invalid',
      title: 'The request has errors',
      status: 422,
      detail: 'a: is wrong (and 1 more)',
      instance: 'urn:uuid:x-1',
      errors: [
        { field: 'a', message: 'is wrong', found: '1' },
        { field: 'b', message: 'too' },
      ],
    });
  });
});
