import { z } from 'zod';
import { severities } from './monitors.js';
import { nameSchema } from './names.js';

/** Settings are shown to people; `secret` is what only the channel may read, sealed before it is stored. */
export const channelInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('slack'),
    secret: z.strictObject({ webhookUrl: z.url().max(2_048) }),
    settings: z.strictObject({}).default({}),
  }),
  z.strictObject({
    kind: z.literal('email'),
    settings: z.strictObject({
      to: z.array(z.email()).min(1).max(50),
      from: z.email(),
      host: z.string().min(1).max(253),
      port: z.int().min(1).max(65_535),
      /** `tls`: from the first byte; `starttls`: required; `none`: only for addresses on the outbound allow-list. */
      security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    }),
    secret: z
      .strictObject({ user: z.string().max(256).optional(), password: z.string().max(1_024).optional() })
      .default({}),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    settings: z.strictObject({}).default({}),
    secret: z.strictObject({ url: z.url().max(2_048), signingKey: z.string().min(16).max(256).optional() }),
  }),
]);
export type ChannelInput = z.infer<typeof channelInputSchema>;
export type ChannelKind = ChannelInput['kind'];

/** As stored: the secret sealed (AES-GCM, bound to project and channel id), a hint of it to recognise it by. */
export const channelBodySchema = z.strictObject({
  kind: z.enum(['slack', 'email', 'webhook']),
  settings: z.record(z.string(), z.unknown()),
  sealedSecret: z.string(),
  hint: z.string(),
});
export type ChannelBody = z.infer<typeof channelBodySchema>;

/** Absent fields match everything; given ones must all be equal. */
export const alertMatchSchema = z.strictObject({
  model: nameSchema.optional(),
  version: nameSchema.optional(),
  monitor: nameSchema.optional(),
  segment: nameSchema.optional(),
  segmentValue: z.string().max(256).optional(),
  severity: z.enum(severities).optional(),
});
export type AlertMatch = z.infer<typeof alertMatchSchema>;

export const routeBodySchema = z.strictObject({
  match: alertMatchSchema.default({}),
  channels: z.array(nameSchema).min(1).max(20),
  sendResolved: z.boolean().default(true),
});
export type RouteBody = z.infer<typeof routeBodySchema>;

export const silenceBodySchema = z
  .strictObject({
    match: alertMatchSchema.refine(
      (m) => Object.keys(m).length > 0,
      'an empty match would silence everything: name at least one field',
    ),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    comment: z.string().min(1).max(1_000),
  })
  .refine((s) => s.endsAt > s.startsAt, { path: ['endsAt'], message: 'must be after startsAt' });
export type SilenceBody = z.infer<typeof silenceBodySchema>;
