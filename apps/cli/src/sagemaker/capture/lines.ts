import { z } from 'zod';

const payload = z.object({
  observedContentType: z
    .string()
    .nullish()
    .transform((type) => type ?? undefined),
  data: z.string(),
  encoding: z.string(),
});
const eventId = z.string().min(1).max(120);
const ZERO = z.union([z.literal('0'), z.literal(0)]).optional();

/** captureLine: one captured inference. */
export const captureLine = z.object({
  captureData: z.object({
    endpointInput: payload.optional(),
    endpointOutput: payload.optional(),
    batchTransformOutput: payload.optional(),
  }),
  eventMetadata: z.object({
    eventId,
    inferenceId: eventId.nullish(),
    inferenceTime: z.iso.datetime({ offset: true }),
  }),
  eventVersion: ZERO,
});
export type CaptureLine = z.output<typeof captureLine>;

/** truthLine: one label. */
export const truthLine = z.object({
  groundTruthData: payload,
  eventMetadata: z.object({ eventId }),
  eventVersion: ZERO,
});
export type TruthLine = z.output<typeof truthLine>;

/** parseLine: a line as such an object, or why it is none. */
export function parseLine<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): { value: z.output<Schema> } | { why: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { why: 'is not JSON, or was cut off' };
  }
  const { success, data, error } = schema.safeParse(raw);
  if (success) return { value: data };
  const issue = error.issues[0];
  return { why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
}
