export { SEND_TIMEOUT_MS, type ChannelTarget, type SendResult } from './channel.js';
export { chartSpec } from './chart/chart-spec.js';
export { renderSvg } from './chart/render.js';
export { createChannels, deliver, type Channels } from './deliver.js';
