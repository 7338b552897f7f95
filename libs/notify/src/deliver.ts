import type { AlertMessage, ChannelKind } from '#libs/contracts';
import type { Outbound } from '#libs/outbound';

import type { Channel, ChannelTarget, SendResult } from './channel.js';
import { emailChannel } from './channels/email.js';
import { slackChannel } from './channels/slack.js';
import { webhookChannel } from './channels/webhook.js';

/** Channels: one channel per kind; a kind without a channel does not compile. */
export type Channels = { readonly [K in ChannelKind]: Channel<K> };

/** createChannels: all channels over one guarded way out. */
export const createChannels = (outbound: Outbound): Channels => ({
  slack: slackChannel(outbound),
  email: emailChannel(outbound),
  webhook: webhookChannel(outbound),
});

const sendTo = <K extends ChannelKind>(
  channel: Channel<K>,
  message: AlertMessage,
  target: ChannelTarget<K>,
  signal: AbortSignal,
) => channel.send(message, target, signal);

/** deliver: sends a message through the channel that its target asks for. */
export const deliver = (
  channels: Channels,
  message: AlertMessage,
  target: ChannelTarget,
  signal: AbortSignal,
): Promise<SendResult> => {
  switch (target.kind) {
    case 'slack':
      return sendTo(channels.slack, message, target, signal);
    case 'email':
      return sendTo(channels.email, message, target, signal);
    case 'webhook':
      return sendTo(channels.webhook, message, target, signal);
  }
};
