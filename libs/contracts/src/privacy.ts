import { z } from 'zod';
import { nameSchema, textSchema } from './names.js';

/** Parts of a date that are kept; the rest of its text is cut off. */
export const datePrecisions = ['year', 'month', 'day', 'hour'] as const;

const width = z.number().positive();
const edges = z
  .array(z.number())
  .min(1)
  .max(1_000)
  .refine((list) => list.every((edge, at) => at === 0 || edge > (list[at - 1] ?? edge)), 'must ascend');

/**
 * What becomes of one value before it is stored. hash: keyed, so that equal values stay equal and nobody can guess them. bucket: a number
 * becomes the lower edge of its bucket, a date loses what is finer than `truncate`.
 */
export const privacyRuleSchema = z
  .strictObject({
    action: z.enum(['drop', 'hash', 'bucket']),
    width: width.optional(),
    edges: edges.optional(),
    truncate: z.enum(datePrecisions).optional(),
  })
  .superRefine(({ action, ...how }, context) => {
    const given = Object.entries(how).filter(([, value]) => value !== undefined);
    if (action === 'bucket' && given.length !== 1)
      context.addIssue({ code: 'custom', message: 'a bucket needs exactly one of width, edges, truncate' });
    if (action !== 'bucket')
      for (const [name] of given)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `belongs to bucket; '${action}' takes no settings`,
        });
  });
export type PrivacyRule = z.infer<typeof privacyRuleSchema>;

const MAX_RULES = 500;
const rules = z
  .record(textSchema, privacyRuleSchema)
  .default({})
  .refine((record) => Object.keys(record).length <= MAX_RULES, `has more than ${MAX_RULES} rules`);

/** Rules of a model by the name of the feature or tag; what is not named is stored as it comes. */
export const privacyRulesSchema = z.strictObject({ features: rules, tags: rules });
export type PrivacyRules = z.infer<typeof privacyRulesSchema>;

export const NO_PRIVACY_RULES: PrivacyRules = { features: {}, tags: {} };

/** hasPrivacyRules: anything is to be kept back. */
export const hasPrivacyRules = ({ features, tags }: PrivacyRules): boolean =>
  Object.keys(features).length > 0 || Object.keys(tags).length > 0;

/**
 * requested: on its way. hidden: no query shows the rows any more and nothing brings them back. purged: the bytes are gone from
 * the disk as well.
 */
export const erasureStatuses = ['requested', 'hidden', 'purged'] as const;
export type ErasureStatus = (typeof erasureStatuses)[number];

/** An order to erase. It outlives what it erased, so it holds nothing of it: `selector` is a keyed hash, to answer "was this erased?". */
export const erasureBodySchema = z.strictObject({
  model: nameSchema,
  by: z.enum(['id', 'tag']),
  /** Name of the tag; '' for an id. */
  tag: z.string(),
  selector: z.string(),
  status: z.enum(erasureStatuses),
  /** Ids that are barred from coming back. */
  ids: z.int(),
  /** When the rows were first hidden; a second pass follows for what was on its way then. */
  hiddenAt: z.iso.datetime().nullable(),
  purgedAt: z.iso.datetime().nullable(),
});
export type ErasureBody = z.infer<typeof erasureBodySchema>;

/** What a person asks to erase: one prediction id, or everything that carries a tag with this value. */
export const erasureSelectorSchema = z.union([
  z.strictObject({ prediction: z.string().min(1).max(128).describe('The id of the prediction.') }),
  z.strictObject({ tag: z.strictObject({ name: textSchema, value: textSchema }) }),
]);
export type ErasureSelector = z.infer<typeof erasureSelectorSchema>;

/** Why something came too late: an event, or a label, for a bucket that was sealed before. */
export const tooLateCauses = ['prediction', 'label', 'moved'] as const;
export type TooLateCause = (typeof tooLateCauses)[number];
