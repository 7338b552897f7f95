import { z } from 'zod';

const unwrap = (schema: unknown): unknown => {
  let inner = schema;
  for (;;) {
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodLazy
    )
      inner = inner.unwrap();
    else if (inner instanceof z.ZodPipe) inner = inner.in;
    else return inner;
  }
};

const child = (schema: unknown, key: PropertyKey): unknown[] => {
  const node = unwrap(schema);
  if (node instanceof z.ZodUnion) return node.options.flatMap((option) => child(option, key));
  if (node instanceof z.ZodObject) return [(node.shape as Record<PropertyKey, unknown>)[key]];
  if (node instanceof z.ZodArray) return [node.element];
  if (node instanceof z.ZodRecord) return [node.valueType];
  return [];
};

const keysOf = (schema: unknown): string[] => {
  const node = unwrap(schema);
  if (node instanceof z.ZodUnion) return node.options.flatMap(keysOf);
  if (node instanceof z.ZodObject) return Object.keys(node.shape);
  if (node instanceof z.ZodRecord && node.keyType instanceof z.ZodEnum)
    return node.keyType.options.map(String);
  return [];
};

/** knownKeys: the names that a schema takes at a path, as far as it lists them. */
export const knownKeys = (schema: z.ZodType, path: readonly PropertyKey[]): string[] => {
  const nodes = path.reduce<unknown[]>((level, key) => level.flatMap((node) => child(node, key)), [schema]);
  return [...new Set(nodes.flatMap(keysOf))];
};
