import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { endpoint } from './endpoint.js';
import { openApi } from './openapi.js';

type Tree = { name: string; parts: Tree[] };
const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ name: z.string(), parts: z.array(tree) }));
const thing = z
  .object({ thing: z.string(), at: z.iso.datetime(), tree: tree.optional() })
  .meta({ title: 'Thing' });

const specs = [
  endpoint({
    method: 'GET',
    path: '/things',
    tag: 'things',
    summary: 'All',
    role: 'viewer',
    query: z.object({ limit: z.coerce.number().int().max(9).default(3).describe('At most 9.') }),
    replies: {
      200: { description: 'All', schema: z.object({ items: z.array(thing) }).meta({ title: 'Things' }) },
    },
  }),
  endpoint({
    method: 'PUT',
    path: '/things/{thing}',
    tag: 'things',
    summary: 'One',
    role: 'editor',
    write: true,
    implied: ['thing'],
    body: thing,
    replies: { 200: { description: 'It', schema: thing } },
  }),
  endpoint({
    method: 'GET',
    path: '/open',
    tag: 'open',
    summary: 'Open',
    role: 'public',
    replies: { 204: { description: 'Nothing' } },
  }),
];
const document = JSON.parse(JSON.stringify(openApi(specs))) as {
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { schemas: Record<string, Record<string, unknown>> };
};
const { schemas } = document.components;

describe('openApi', () => {
  it('refers to what has a title, also inside of other things', () => {
    expect(schemas['Things']).toMatchObject({
      properties: { items: { items: { $ref: '#/components/schemas/Thing' } } },
    });
  });

  it('makes components of what is recursive', () => {
    const names = JSON.stringify(schemas).match(/#\/components\/schemas\/\w+/g) ?? [];
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) expect(schemas).toHaveProperty(name.replace('#/components/schemas/', ''));
  });

  it('leaves out of a body what the path says', () => {
    expect(schemas['ThingInput']).toMatchObject({ required: ['at'] });
    expect(schemas['ThingInput']?.['properties']).not.toHaveProperty('thing');
    expect(schemas['Thing']).toMatchObject({ required: ['thing', 'at'] });
  });

  it('tells parameters, headers and failures of each operation', () => {
    const put = document.paths['/things/{thing}']?.['put'];
    expect((put?.['parameters'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'thing',
      'If-Match',
      'X-Reason',
    ]);
    expect(Object.keys(put?.['responses'] as object)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(document.paths['/things']?.['get']?.['parameters']).toMatchObject([
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'At most 9.',
        schema: { default: 3, maximum: 9 },
      },
    ]);
  });

  it('opens only what is public', () => {
    expect(document.paths['/open']?.['get']?.['security']).toEqual([]);
    expect(document.paths['/things']?.['get']?.['security']).toBeUndefined();
  });
});
