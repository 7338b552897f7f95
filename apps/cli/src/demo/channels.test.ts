import { expect, it } from 'vitest';
import { demoChannels } from './channels.js';

const ports = { slack: 8083, smtp: 8084 };

it('sends to the stand-ins of this process when nothing is configured', () => {
  expect(demoChannels({}, ports)).toEqual({
    slackWebhookUrl: 'http://127.0.0.1:8083/services/demo',
    email: {
      host: '127.0.0.1',
      port: 8084,
      security: 'none',
      from: 'plumbline@example.com',
      to: ['team@example.com'],
    },
  });
});

it.each([
  [
    'smtps://m%40x:p%2Fw@mail.example.org',
    { host: 'mail.example.org', port: 465, security: 'tls', user: 'm@x', password: 'p/w' },
  ],
  ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, security: 'starttls' }],
  [
    'smtp://u:p@mail.example.org:2525',
    { host: 'mail.example.org', port: 2525, security: 'starttls', user: 'u', password: 'p' },
  ],
])('sends to the real ones that are configured: %s', (smtpUrl, expected) => {
  const channels = demoChannels(
    {
      slackWebhookUrl: 'https://hooks.slack.com/services/x',
      smtpUrl,
      mailFrom: 'a@example.org',
      mailTo: ['b@example.org'],
    },
    ports,
  );
  expect(channels).toEqual({
    slackWebhookUrl: 'https://hooks.slack.com/services/x',
    email: { ...expected, from: 'a@example.org', to: ['b@example.org'] },
  });
});
