import type { AlertMessage } from '#libs/contracts';
import type { IncomingWebhookSendArguments } from '@slack/webhook';

import { findingNumbers, summarise, type Summary } from './summary.js';
import { escapeSlack, safeLink } from './text.js';

/** SLACK_BLOCKS_MAX: blocks per message, https://docs.slack.dev/reference/block-kit/blocks */
export const SLACK_BLOCKS_MAX = 50;
/** SLACK_SECTION_MAX_CHARS: text of one section, https://docs.slack.dev/reference/block-kit/blocks/section-block */
export const SLACK_SECTION_MAX_CHARS = 3_000;
/** SLACK_TOTAL_MAX_CHARS: all text together; undocumented, `msg_blocks_too_long` was seen near 13,200 (slackapi/bolt-js #2509). */
export const SLACK_TOTAL_MAX_CHARS = 13_000;

type Block = NonNullable<IncomingWebhookSendArguments['blocks']>[number];

const ICONS = {
  critical: ':red_circle:',
  warning: ':large_orange_circle:',
  resolved: ':large_green_circle:',
} as const;

/** Cuts escaped text without leaving half an entity at its end. */
const cut = (text: string, maxChars: number): string =>
  text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).replace(/&[a-z]{0,3}$/, '')}…`;

const section = (text: string): Block => ({
  type: 'section',
  text: { type: 'mrkdwn', text: cut(text, SLACK_SECTION_MAX_CHARS) },
});

const context = (text: string): Block => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: cut(text, SLACK_SECTION_MAX_CHARS) }],
});

const facts = (summary: Summary): Block => ({
  type: 'section',
  fields: summary.facts.map(({ label, value }) => ({
    type: 'mrkdwn',
    text: cut(`*${label}*\n${escapeSlack(value)}`, 2_000),
  })),
});

/** The first finding's sentence is already the lead; the others follow, each with its numbers. */
const findings = ({ findings: all, more }: Summary): Block[] => {
  const lines = all.map((finding, index) =>
    index === 0
      ? `• *${escapeSlack(finding.feature)}*: ${escapeSlack(findingNumbers(finding))}`
      : `• ${escapeSlack(finding.sentence)} (${escapeSlack(findingNumbers(finding))})`,
  );
  if (lines.length === 0) return [];
  const rest = more === 0 ? [] : [`and ${more} more`];
  const fits = lines.reduce<string[]>(
    (kept, line) =>
      kept.join('\n').length + line.length < SLACK_SECTION_MAX_CHARS - 100 ? [...kept, line] : kept,
    [],
  );
  return [section([...fits, ...rest].join('\n'))];
};

const links = ({ alert, model }: AlertMessage['links']): Block[] => {
  const parts = [
    { address: safeLink(alert), label: 'Open the alert' },
    { address: safeLink(model), label: 'Open the model' },
  ].filter(({ address }) => address !== '');
  return parts.length === 0
    ? []
    : [
        section(
          parts.map(({ address, label }) => `<${address.replaceAll('&', '&amp;')}|${label}>`).join('   ·   '),
        ),
      ];
};

const bounded = (blocks: Block[]): Block[] => {
  const kept = blocks.slice(0, SLACK_BLOCKS_MAX);
  while (kept.length > 1 && JSON.stringify(kept).length > SLACK_TOTAL_MAX_CHARS) kept.pop();
  return kept;
};

/** renderSlack: the arguments of an incoming webhook: a one-line text for notifications and blocks for the channel, within Slack's limits. */
export const renderSlack = (message: AlertMessage): IncomingWebhookSendArguments => {
  const summary = summarise(message);
  const title = `${ICONS[summary.state]} *${escapeSlack(summary.headline)}*\n${escapeSlack(summary.stateLabel)}`;
  const blocks = [
    section(title),
    ...(summary.lead === '' ? [] : [section(escapeSlack(summary.lead))]),
    facts(summary),
    ...links(message.links),
    ...findings(summary),
    context(escapeSlack(summary.footer)),
  ];
  return {
    text: cut(escapeSlack(`${summary.stateLabel}: ${summary.headline}`), SLACK_SECTION_MAX_CHARS),
    blocks: bounded(blocks),
    unfurl_links: false,
    unfurl_media: false,
  };
};
