export { Outbound, type OutboundResponse } from './outbound.js';
export { OutboundError } from './outbound-error.js';
