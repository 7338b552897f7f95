import type { KeyObject } from 'node:crypto';
import { channelInputSchema, channelSecretPlace, type RegistryDocument } from '#libs/contracts';
import type { ChannelTarget } from '#libs/notify';
import { open } from '#libs/platform';

/** OpenedChannel: where to send, or why that cannot be known; reasons hold no part of the secret. */
export type OpenedChannel = { ok: true; target: ChannelTarget } | { ok: false; reason: string };

const OPEN_FAILURES = {
  other_key:
    'its secret was sealed under another PLUMBLINE_SECRET_KEY: restore that key or set the secret again',
  not_authentic: 'its sealed secret was altered: set the secret again',
  malformed: 'its sealed secret cannot be read: set the secret again',
  unknown_version: 'its secret was sealed by a newer version: update this worker',
} as const;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** openChannel: opens a channel's secret for one delivery. */
export function openChannel(
  secretKey: KeyObject,
  document: RegistryDocument<'channel'> | null,
): OpenedChannel {
  if (document === null) return { ok: false, reason: 'the channel does not exist any more' };
  const { project, id, body } = document;
  const secret = open(secretKey, channelSecretPlace(project, id), body.sealedSecret);
  if (!secret.ok) return { ok: false, reason: `the channel cannot be used: ${OPEN_FAILURES[secret.reason]}` };
  const { kind, settings } = body;
  const parsed = channelInputSchema.safeParse({ kind, settings, secret: parseJson(secret.value) });
  if (parsed.success) return { ok: true, target: parsed.data };
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  return {
    ok: false,
    reason: `the channel cannot be used: correct ${fields === '' ? 'its settings' : fields}`,
  };
}
