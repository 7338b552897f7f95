export { SEND_TIMEOUT_MS, type Channel, type ChannelTarget, type SendResult } from './channel.js';
export { signWebhook } from './channels/webhook.js';
export { chartSpec } from './chart/chart-spec.js';
export { renderPng, renderSvg } from './chart/render.js';
export { renderEmailHtml } from './content/email-html.js';
export { renderEmail, type EmailContent } from './content/email.js';
export { renderSlack } from './content/slack.js';
export { createChannels, deliver, type Channels } from './deliver.js';
