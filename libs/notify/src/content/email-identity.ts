import { createHash } from 'node:crypto';

import type { AlertMessage } from '#libs/contracts';

import { oneLine } from './text.js';

const SUBJECT_MAX_CHARS = 180;

const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

const domainOf = (from: string): string => /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'plumbline.invalid';

/** EmailIdentity: what lets a mail client fold repeats and thread an alert: the same ids and subject for the same alert, for ever. */
export type EmailIdentity = {
  readonly messageId: string;
  readonly threadRoot: string;
  readonly subject: string;
};

/**
 * emailIdentity: `messageId` is stable per alert and transition, so a mail sent twice is shown once; `threadRoot` is a message that
 * never existed, to which all mails of the alert reply; the subject holds only what identifies the alert, because some clients thread by it.
 */
export const emailIdentity = (message: AlertMessage, from: string): EmailIdentity => {
  const { project, alertId, transitionId, model, version, monitor, segment, segmentValue, facetValue } =
    message;
  const domain = domainOf(from);
  const where = segment === 'all' ? 'all rows' : `${segment} = ${segmentValue}`;
  const facet = facetValue === undefined ? '' : ` · ${facetValue}`;
  return {
    messageId: `<plumbline.${digest('transition', project, alertId, transitionId)}@${domain}>`,
    threadRoot: `<plumbline.${digest('alert', project, alertId)}@${domain}>`,
    subject: oneLine(
      `[Plumbline] ${model} ${version}: ${where}${facet} · ${monitor.name}`,
      SUBJECT_MAX_CHARS,
    ),
  };
};
