import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSchemas } from './check-schemas.js';

const folder = join(import.meta.dirname, '../../../docs/schemas');

test.each(Object.entries(checkSchemas()))(
  'docs/schemas/%s.json is the schema that the code checks',
  (name, schema) => {
    const published: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(schema)));
  },
);
