import { Inject, Injectable } from '@nestjs/common';
import { channelInputSchema, channelSecretPlace, type ChannelBody, type ChannelInput } from '#libs/contracts';
import { Outbound, OutboundError } from '#libs/outbound';
import { open, requireSecretKey, seal, type Config } from '#libs/platform';

import { invalid, Problem, type FieldError } from '../http/problem.js';
import { canonical } from '../registry/canonical.js';
import { CONFIG } from '../tokens.js';

const HINT_CHARS = 4;

/** A mail password is short, so the hint is of the user's name. */
const hintOf = (input: ChannelInput): string => {
  if (input.kind === 'email') return (input.secret.user ?? '').slice(-HINT_CHARS);
  return (input.kind === 'slack' ? input.secret.webhookUrl : input.secret.url).slice(-HINT_CHARS);
};

type Address = { project: string; id: string };

/** ChannelSecrets: the only part of the API that sees what a channel keeps secret; nothing of it is ever answered. */
@Injectable()
export class ChannelSecrets {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'secretKey'>,
    private readonly outbound: Outbound,
  ) {}

  /** toBody: as stored. An unchanged secret keeps its sealed form, so that saving the same channel again changes nothing. */
  toBody({ project, id }: Address, input: ChannelInput, current: ChannelBody | null): ChannelBody {
    const place = channelSecretPlace(project, id);
    const secret = canonical(input.secret);
    const key = requireSecretKey(this.config);
    const before = current === null ? null : open(key, place, current.sealedSecret);
    const kept = before?.ok === true && before.value === secret ? current?.sealedSecret : undefined;
    return {
      kind: input.kind,
      settings: input.settings,
      hint: hintOf(input),
      sealedSecret: kept ?? seal(key, place, secret),
    };
  }

  /** opened: the channel as it was given, for sending through it. */
  opened({ project, id }: Address, body: ChannelBody): ChannelInput {
    const result = open(requireSecretKey(this.config), channelSecretPlace(project, id), body.sealedSecret);
    if (!result.ok)
      throw new Problem(
        409,
        'The secret of this channel was sealed with another key of the installation; save the channel again.',
      );
    return channelInputSchema.parse({
      kind: body.kind,
      settings: body.settings,
      secret: JSON.parse(result.value) as unknown,
    });
  }

  /** assertAllowed: an address that will never be called is refused when it is saved, not when an alert waits for it. */
  async assertAllowed(input: ChannelInput): Promise<void> {
    const error = await this.addressError(input);
    if (error !== undefined) throw invalid(error);
  }

  private async addressError(input: ChannelInput): Promise<FieldError | undefined> {
    const field = { slack: 'secret.webhookUrl', webhook: 'secret.url', email: 'settings.host' }[input.kind];
    try {
      if (input.kind === 'email')
        await this.outbound.assertHostAllowed(input.settings.host, input.settings.port);
      else
        await this.outbound.assertAllowed(
          input.kind === 'slack' ? input.secret.webhookUrl : input.secret.url,
        );
      return undefined;
    } catch (error) {
      if (error instanceof OutboundError && !error.retryable) return { field, message: error.message };
      if (error instanceof OutboundError) return undefined;
      throw error;
    }
  }
}
