import type { Config } from '#libs/platform';
import type { DemoChannels } from './register.js';

type SinkPorts = { readonly slack: number; readonly smtp: number };

const SMTPS_PORT = 465;
const SUBMISSION_PORT = 587;

/** mailOf: the settings of a channel from an address such as smtp://user:password@host:587; without TLS from the first byte, STARTTLS is required. */
function mailOf(
  smtpUrl: string,
): Pick<DemoChannels['email'], 'host' | 'port' | 'security' | 'user' | 'password'> {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const isTls = protocol === 'smtps:';
  return {
    host: hostname,
    port: port === '' ? (isTls ? SMTPS_PORT : SUBMISSION_PORT) : Number(port),
    security: isTls ? 'tls' : 'starttls',
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

/** demoChannels: the stand-ins of this process on loopback, or a real Slack and a real mail server where they are configured. */
export function demoChannels(
  { slackWebhookUrl, smtpUrl, mailFrom, mailTo }: Config['demo'],
  sinkPorts: SinkPorts,
): DemoChannels {
  const standIn = { host: '127.0.0.1', port: sinkPorts.smtp, security: 'none' } as const;
  return {
    slackWebhookUrl: slackWebhookUrl ?? `http://127.0.0.1:${sinkPorts.slack}/services/demo`,
    email: {
      ...(smtpUrl === undefined ? standIn : mailOf(smtpUrl)),
      from: mailFrom ?? 'plumbline@example.com',
      to: [...(mailTo ?? ['team@example.com'])],
    },
  };
}
