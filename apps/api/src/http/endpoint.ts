import { applyDecorators, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import type { KeyRole } from '#libs/contracts';
import type { z } from 'zod';

import type { ProblemStatus } from './problem.js';

/** ReplySpec: one successful answer of an endpoint. Without a schema there is no body. */
type ReplySpec = { description: string; schema?: z.ZodType; contentType?: string };

/**
 * EndpointSpec: everything about one route, said once: Nest's routing, the guard's role, the validation of a call and the
 * OpenAPI document are all made from it.
 */
export type EndpointSpec = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** OpenAPI style, `/v1/projects/{project}`; every parameter is a name (see contracts). */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  role: KeyRole | 'public';
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Fields of the body that the path already says; they may be left out, and must agree when given. */
  implied?: readonly string[];
  /** Content types of a raw body, which is streamed and not validated here. */
  upload?: readonly string[];
  /** True for a change of a registry document: takes If-Match and X-Reason. */
  write?: boolean;
  replies: Readonly<Record<number, ReplySpec>>;
  /** Failures beyond those that any call may meet. */
  problems?: readonly ProblemStatus[];
};

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

/** Principal: who calls. `project` is `*` for a key of the whole instance. */
export type Principal = { id: string; project: string; name: string; role: KeyRole };

/** WriteIntent: what a writer says about the document: the revision it saw (`any` = whatever is there) and why it writes. */
export type WriteIntent = { expected: number | 'any' | undefined; author: string; reason: string };

/** CallOf: a validated call of an endpoint, as its handler receives it. */
export type CallOf<S extends EndpointSpec> = {
  params: Record<ParamNames<S['path']>, string>;
  query: S extends { query: infer Q extends z.ZodType } ? z.output<Q> : Record<string, never>;
  body: S extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
  principal: Principal;
  intent: WriteIntent;
};

/** endpoint: keeps the literal types of a spec, so that a handler's call is typed by it. */
export const endpoint = <const S extends EndpointSpec>(spec: S): S => spec;

/** ENDPOINT: metadata key under which a handler carries its spec. */
const ENDPOINT = 'plumbline:endpoint';

const toNestPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Endpoint: binds a handler to its spec. */
export const Endpoint = (spec: EndpointSpec) =>
  applyDecorators(
    RequestMapping({ path: toNestPath(spec.path), method: RequestMethod[spec.method] }),
    SetMetadata(ENDPOINT, spec),
  );

/** endpointOf: the spec of a handler, or undefined for a route of another origin (health, metrics, pages). */
export const endpointOf = (handler: object): EndpointSpec | undefined =>
  Reflect.getMetadata(ENDPOINT, handler) as EndpointSpec | undefined;
