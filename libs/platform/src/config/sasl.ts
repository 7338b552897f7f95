import { z } from 'zod';

const text = z.string().min(1).max(10_000);

const isLoopback = (url: string): boolean =>
  ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);

const tokenUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https:// address', abort: true })
  .refine((url) => url.startsWith('https:') || isLoopback(url), {
    error: 'must be an https:// address: the client secret is sent there',
  });

type Given = {
  mechanism: string;
  username?: string | undefined;
  password?: string | undefined;
  tokenUrl?: string | undefined;
  tokenFile?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
};
type Key = Exclude<keyof Given, 'mechanism'>;

const NEEDS: Readonly<Record<'password' | 'tokenUrl', readonly Key[]>> = {
  password: ['username', 'password'],
  tokenUrl: ['clientId', 'clientSecret'],
};

/** Settings that the mechanism needs and that are absent, with why. */
const missing = (given: Given): [Key, string][] => {
  const lacking = (keys: readonly Key[], why: string) =>
    keys.filter((key) => given[key] === undefined).map((key): [Key, string] => [key, why]);
  if (given.mechanism !== 'oauthbearer') return lacking(NEEDS.password, `${given.mechanism} needs it`);
  if (given.tokenFile !== undefined) return [];
  if (given.tokenUrl === undefined)
    return [['tokenUrl', 'oauthbearer needs the address that gives tokens, or kafka.sasl.tokenFile']];
  return lacking(NEEDS.tokenUrl, 'kafka.sasl.tokenUrl needs it');
};

/** sasl: how we say who we are: name and password, or a token that an authorization server gives (or that lies in a file). */
export const sasl = z
  .strictObject({
    mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']).default('scram-sha-512'),
    username: text.optional(),
    password: text.optional(),
    tokenUrl: tokenUrl.optional(),
    clientId: text.optional(),
    clientSecret: text.optional(),
    scope: text.optional(),
    tokenFile: text.optional(),
  })
  .superRefine((given, context) => {
    for (const [key, message] of missing(given)) context.addIssue({ code: 'custom', path: [key], message });
  });

/** Sasl: what the mechanism needs is there, as `missing` has made sure. */
export type Sasl = z.infer<typeof sasl>;
