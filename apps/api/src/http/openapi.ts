import { NAME_PATTERN } from '#libs/contracts';
import { z } from 'zod';

import type { EndpointSpec } from './endpoint.js';
import { jsonSchemaOf, withoutFields, type JsonSchema, type Schemas } from './json-schema.js';
import { PROBLEMS, type ProblemStatus } from './problem.js';

const problemSchema = z
  .object({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('The id under which the log knows this request.'),
    errors: z
      .array(z.object({ field: z.string(), message: z.string(), found: z.string().optional() }))
      .optional(),
  })
  .meta({ title: 'Problem' });

const DESCRIPTION = [
  'Plumbline watches machine-learning models in production. Everything that this service does can be done through these routes.',
  'Every route wants an API key as a bearer token. A *viewer* reads, an *editor* also changes models, baselines and monitors, an *admin* also changes projects, channels and keys.',
  'Registry documents are never overwritten: each change is a revision with author, time and reason (`X-Reason`). Reads answer with the revision as ETag; a change names it in `If-Match`, and a stale one is refused with 409.',
  'Failures are problem documents (RFC 9457) that name the field, what was found and what to do.',
].join('\n\n');

const ALWAYS: readonly ProblemStatus[] = [401, 403, 429, 500, 503];

const problemsOf = (spec: EndpointSpec): ProblemStatus[] => {
  const hasBody = spec.body !== undefined || spec.upload !== undefined;
  const statuses = new Set<ProblemStatus>([
    ...(spec.role === 'public' ? ([500] as const) : ALWAYS),
    ...(spec.path.includes('{') ? ([404, 422] as const) : []),
    ...(spec.query === undefined ? [] : ([422] as const)),
    ...(hasBody ? ([400, 413, 415, 422] as const) : []),
    ...(spec.write === true ? ([400, 409, 422] as const) : []),
    ...(spec.problems ?? []),
  ]);
  return [...statuses].sort((a, b) => a - b);
};

const parameter = (
  name: string,
  where: string,
  schema: JsonSchema,
  required: boolean,
  description?: string,
) => ({
  name,
  in: where,
  required,
  schema,
  ...(description === undefined ? {} : { description }),
});

const pathParameters = (spec: EndpointSpec) =>
  Array.from(spec.path.matchAll(/\{(\w+)\}/g), ([, name]) =>
    parameter(name ?? '', 'path', { type: 'string', pattern: NAME_PATTERN }, true),
  );

const queryParameters = (spec: EndpointSpec, schemas: Schemas) => {
  if (spec.query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(spec.query, 'input', schemas) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) =>
    parameter(name, 'query', schema, required.includes(name), description as string | undefined),
  );
};

const WRITE_HEADERS = [
  parameter(
    'If-Match',
    'header',
    { type: 'string' },
    false,
    'The revision that you read, or * for whatever is there.',
  ),
  parameter('X-Reason', 'header', { type: 'string', maxLength: 500 }, false, 'Why; kept with the revision.'),
];

const requestBody = (spec: EndpointSpec, schemas: Schemas) => {
  if (spec.upload !== undefined) {
    const binary = { schema: { type: 'string', format: 'binary' } };
    return { required: true, content: Object.fromEntries(spec.upload.map((type) => [type, binary])) };
  }
  if (spec.body === undefined) return undefined;
  const schema = jsonSchemaOf(spec.body, 'input', schemas);
  return {
    required: !spec.body.safeParse(undefined).success,
    content: { 'application/json': { schema: withoutFields(schema, spec.implied ?? [], schemas) } },
  };
};

const replies = (spec: EndpointSpec, schemas: Schemas) =>
  Object.entries(spec.replies).map(([status, { description, schema, contentType = 'application/json' }]) => [
    status,
    {
      description,
      ...(schema === undefined
        ? {}
        : { content: { [contentType]: { schema: jsonSchemaOf(schema, 'output', schemas) } } }),
    },
  ]);

const problems = (spec: EndpointSpec, schemas: Schemas) => {
  const schema = jsonSchemaOf(problemSchema, 'output', schemas);
  return problemsOf(spec).map((status) => [
    String(status),
    { description: PROBLEMS[status][1], content: { 'application/problem+json': { schema } } },
  ]);
};

const operationId = ({ method, path }: EndpointSpec): string =>
  [method.toLowerCase(), ...path.split(/[^A-Za-z]+/).filter((part) => part !== '' && part !== 'v')].join('_');

const operation = (spec: EndpointSpec, schemas: Schemas) => {
  const body = requestBody(spec, schemas);
  return {
    operationId: operationId(spec),
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.role === 'public' ? { security: [] } : { 'x-role': spec.role }),
    parameters: [
      ...pathParameters(spec),
      ...queryParameters(spec, schemas),
      ...(spec.write === true ? WRITE_HEADERS : []),
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: Object.fromEntries([...replies(spec, schemas), ...problems(spec, schemas)]) as Record<
      string,
      unknown
    >,
  };
};

/** openApi: the OpenAPI 3.1 document of the given endpoints, served where the document is. */
export const openApi = (specs: readonly EndpointSpec[]) => {
  const schemas: Schemas = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const spec of specs) (paths[spec.path] ??= {})[spec.method.toLowerCase()] = operation(spec, schemas);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Plumbline',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: [...new Set(specs.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', bearerFormat: 'pl_…' } },
      schemas,
    },
  };
};
