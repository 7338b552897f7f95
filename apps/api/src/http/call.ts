import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { NAME_PATTERN } from '#libs/contracts';
import type { Request } from 'express';

import { endpointOf, type EndpointSpec, type Principal, type WriteIntent } from './endpoint.js';
import { describeFound, fieldErrors } from './issues.js';
import { invalid, Problem, type FieldError } from './problem.js';

/** IncomingCall: what of a request a call is made from. */
export type IncomingCall = Pick<Request, 'headers' | 'body'> & {
  params: Readonly<Record<string, unknown>>;
  query: unknown;
  principal?: Principal;
};

const DEPTH_MAX = 40;
const REASON_CHARS_MAX = 500;
const NAME = new RegExp(NAME_PATTERN);
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** mediaTypeOf: the type alone, without parameters; empty when there is none. */
export const mediaTypeOf = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
const isJson = (type: string): boolean => type === 'application/json' || type.endsWith('+json');

/** Checked before validation, which recurses: a body of brackets only must not exhaust the stack. */
const tooDeep = (root: unknown): boolean => {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return true;
    level = level.flatMap((node) =>
      typeof node === 'object' && node !== null ? (Object.values(node) as unknown[]) : [],
    );
  }
  return false;
};

const readParams = (params: IncomingCall['params']): Record<string, string> => {
  const read: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string' && NAME.test(value)) read[name] = value;
    else {
      const found = describeFound(name, value);
      errors.push({
        field: name,
        message: 'use 1–64 letters, digits, dots, dashes or underscores, starting with a letter or digit',
        ...(found === undefined ? {} : { found }),
      });
    }
  }
  if (errors.length > 0) throw invalid(...errors);
  return read;
};

const readQuery = (spec: EndpointSpec, query: unknown): unknown => {
  if (spec.query === undefined) return {};
  const result = spec.query.safeParse(query);
  if (result.success) return result.data;
  throw invalid(...fieldErrors(result.error.issues, { schema: spec.query, input: query }, 'query'));
};

/** Views carry these beside the body; a writer who sends back what he read need not take them out. */
const WRITTEN_BY_SERVICE = ['id', 'revision', 'at', 'author', 'reason'];

const withoutServiceFields = (spec: EndpointSpec, body: unknown): unknown => {
  if (spec.write !== true || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !WRITTEN_BY_SERVICE.includes(name)));
};

const withImplied = (spec: EndpointSpec, body: unknown, params: Record<string, string>): unknown => {
  if (spec.implied === undefined || typeof body !== 'object' || body === null || Array.isArray(body))
    return body;
  const given = body as Record<string, unknown>;
  const wrong = spec.implied.filter((name) => given[name] !== undefined && given[name] !== params[name]);
  if (wrong.length > 0)
    throw invalid(
      ...wrong.map((name) => ({
        field: name,
        message: `the path says '${params[name] ?? ''}'; leave it out or agree`,
      })),
    );
  return { ...given, ...Object.fromEntries(spec.implied.map((name) => [name, params[name]])) };
};

const assertUpload = (types: readonly string[], { headers }: IncomingCall): void => {
  const type = mediaTypeOf(headers['content-type']);
  if (types.includes(type)) return;
  const found = type === '' ? 'no content type' : `'${type.slice(0, 80)}'`;
  throw new Problem(415, `Send the file as ${types.join(', ')}; found ${found}.`);
};

const readBody = (spec: EndpointSpec, incoming: IncomingCall, params: Record<string, string>): unknown => {
  if (spec.upload !== undefined) assertUpload(spec.upload, incoming);
  if (spec.body === undefined) return undefined;
  const { body } = incoming as { body: unknown };
  if (body === undefined && spec.body.safeParse(undefined).success) return spec.body.parse(undefined);
  const type = mediaTypeOf(incoming.headers['content-type']);
  if (!isJson(type)) {
    throw new Problem(
      415,
      `Send application/json; found ${type === '' ? 'no content type' : `'${type.slice(0, 80)}'`}.`,
    );
  }
  if (tooDeep(body)) throw invalid({ field: 'body', message: `is nested deeper than ${DEPTH_MAX} levels` });
  const whole = withImplied(spec, withoutServiceFields(spec, body), params);
  const result = spec.body.safeParse(whole);
  if (!result.success)
    throw invalid(...fieldErrors(result.error.issues, { schema: spec.body, input: whole }));
  return result.data;
};

/** readExpected: the revision in If-Match (`"3"`, `W/"3"` or `3`), `any` for `*`, undefined when there is none. */
export const readExpected = (header: string | undefined): number | 'any' | undefined => {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const match = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header);
  if (match?.[1] === undefined)
    throw new Problem(400, 'If-Match must hold the revision that you read, for example "3", or *.', {
      errors: [{ field: 'If-Match', message: 'is not a revision', found: header.slice(0, 80) }],
    });
  return Number(match[1]);
};

const readIntent = (spec: EndpointSpec, { headers, principal }: IncomingCall): WriteIntent => {
  const author = principal?.name ?? '';
  if (spec.write !== true) return { expected: undefined, author, reason: '' };
  const reason = headers['x-reason'];
  const text = (Array.isArray(reason) ? reason.join(' ') : (reason ?? '')).trim();
  if (text.length > REASON_CHARS_MAX)
    throw invalid({ field: 'X-Reason', message: `is longer than ${REASON_CHARS_MAX} characters` });
  return { expected: readExpected(headers['if-match']), author, reason: text };
};

const hasForbiddenKey = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && Object.keys(body).some((key) => FORBIDDEN_KEYS.has(key));

/** parseCall: validates one request against its endpoint; throws a Problem that names every field at fault. */
export const parseCall = (spec: EndpointSpec, incoming: IncomingCall) => {
  const params = readParams(incoming.params);
  if (hasForbiddenKey(incoming.body))
    throw invalid({ field: 'body', message: 'holds a name that is not allowed' });
  return {
    params,
    query: readQuery(spec, incoming.query),
    body: readBody(spec, incoming, params),
    intent: readIntent(spec, incoming),
    principal: incoming.principal,
  };
};

/** Call: the parameter through which a handler receives its validated {@link CallOf}. */
export const Call = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const spec = endpointOf(context.getHandler());
  if (spec === undefined) throw new Error('Call is used on a handler without Endpoint');
  return parseCall(spec, context.switchToHttp().getRequest<Request & { principal?: Principal }>());
});
