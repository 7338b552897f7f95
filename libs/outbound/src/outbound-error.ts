/** Why nothing could be sent, or no answer came. */
type OutboundReason =
  'forbidden_url' | 'forbidden_address' | 'unresolved' | 'unreachable' | 'timeout' | 'aborted';

const PERMANENT: readonly OutboundReason[] = ['forbidden_url', 'forbidden_address'];

/** OutboundError: a call to the outside that failed. `retryable` is false where trying again cannot help. The message names no secret part of the address. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly retryable: boolean;

  constructor(
    readonly reason: OutboundReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = !PERMANENT.includes(reason);
  }
}
