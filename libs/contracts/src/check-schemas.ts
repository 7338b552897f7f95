import { z } from 'zod';
import { checkConfigSchema } from './check-config.js';
import { checkReportSchema } from './check-report.js';

const published = (name: string, schema: z.ZodType): Record<string, unknown> => ({
  ...z.toJSONSchema(schema, { io: 'input' }),
  $id: `/v1/schemas/${name}.json`,
});

/** JSON schemas of `plumbline check`, by the name that they are published under. */
export const checkSchemas = (): Record<'check-config' | 'check-report', Record<string, unknown>> => ({
  'check-config': published('check-config', checkConfigSchema),
  'check-report': published('check-report', checkReportSchema),
});
