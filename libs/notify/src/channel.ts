import type { AlertMessage, ChannelInput, ChannelKind } from '#libs/contracts';

/** SendResult: `ok` means that the remote side took it. `retryable` false: trying again cannot help. Reasons name no secret. */
export type SendResult =
  | { readonly ok: true; readonly receipt?: string }
  | {
      readonly ok: false;
      readonly retryable: boolean;
      readonly retryAfterMs?: number;
      readonly reason: string;
    };

/** ChannelTarget: the opened settings and secret of one channel. */
export type ChannelTarget<K extends ChannelKind = ChannelKind> = Extract<ChannelInput, { kind: K }>;

/** Channel: one way to tell people. `send` never throws for what a remote side or a network does, and ends soon after the signal aborts. */
export type Channel<K extends ChannelKind = ChannelKind> = {
  readonly kind: K;
  send(message: AlertMessage, target: ChannelTarget<K>, signal: AbortSignal): Promise<SendResult>;
};

/** SEND_TIMEOUT_MS: one delivery, from the look-up of the name to the last byte of the answer. */
export const SEND_TIMEOUT_MS = 15_000;
