import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;
/** Schemas: the components of the document, by name. */
export type Schemas = Record<string, JsonSchema>;

const REF = '#/components/schemas/';
const LOCAL_REF = '#/$defs/';

const replaceRefs = (node: unknown, rename: (name: string) => string): unknown => {
  if (Array.isArray(node)) return node.map((item) => replaceRefs(item, rename));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' && value.startsWith(LOCAL_REF)
        ? [key, `${REF}${rename(value.slice(LOCAL_REF.length))}`]
        : [key, replaceRefs(value, rename)],
    ),
  );
};

/** Two shapes under one title (what is sent and what is answered, say) get names of their own. */
const register = (name: string, schema: JsonSchema, schemas: Schemas): JsonSchema => {
  const text = JSON.stringify(schema);
  for (let attempt = 1; ; attempt += 1) {
    const free = attempt === 1 ? name : `${name}${attempt}`;
    const taken = schemas[free];
    if (taken !== undefined && JSON.stringify(taken) !== text) continue;
    schemas[free] = schema;
    return { $ref: `${REF}${free}` };
  }
};

type Naming = { io: 'input' | 'output'; schemas: Schemas };

const nameOf = (title: string, { io }: Naming): string => `${title}${io === 'input' ? 'Input' : ''}`;

/** Whatever has a title is a component and is referred to, however deep it lies; so a list does not repeat its items. */
const hoist = (node: unknown, naming: Naming): unknown => {
  if (Array.isArray(node)) return node.map((item) => hoist(item, naming));
  if (typeof node !== 'object' || node === null) return node;
  const whole = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, hoist(value, naming)]));
  const { title } = whole;
  return typeof title === 'string' ? register(nameOf(title, naming), whole, naming.schemas) : whole;
};

/** A format says it all; its expression is for machines that do not know the format. */
const withoutPattern = ({ jsonSchema }: { jsonSchema: JsonSchema }): void => {
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern'];
};

/** jsonSchemaOf: a zod schema as JSON Schema 2020-12; parts with a title, and all that is recursive, become components. */
export const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): JsonSchema => {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override: withoutPattern,
  }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
  delete root['$schema'];
  const title = typeof root['title'] === 'string' ? root['title'] : 'Part';
  const rename = (name: string) => `${nameOf(title, { io, schemas })}${name.replaceAll(/\W|_/g, '')}`;
  for (const [name, part] of Object.entries($defs))
    schemas[rename(name)] = replaceRefs(part, rename) as JsonSchema;
  return hoist(replaceRefs(root, rename), { io, schemas }) as JsonSchema;
};

const drop = (schema: JsonSchema, names: readonly string[]): JsonSchema => {
  const { properties, required, oneOf } = schema as {
    properties?: Record<string, unknown>;
    required?: string[];
    oneOf?: JsonSchema[];
  };
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).filter(([name]) => !names.includes(name)),
          ),
        }),
    ...(required === undefined ? {} : { required: required.filter((name) => !names.includes(name)) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map((branch) => drop(branch, names)) }),
  };
};

/** withoutFields: the schema without the fields that the path already says. */
export const withoutFields = (schema: JsonSchema, names: readonly string[], schemas: Schemas): JsonSchema => {
  const ref = schema['$ref'];
  if (names.length === 0) return schema;
  if (typeof ref !== 'string') return drop(schema, names);
  const name = ref.slice(REF.length);
  const whole = schemas[name];
  if (whole !== undefined) schemas[name] = drop(whole, names);
  return schema;
};
