import type { AlertFinding } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { exampleMessage } from '../example-message.js';
import { emailIdentity } from './email-identity.js';
import { CHART_CID, renderEmail } from './email.js';

const FROM = 'Plumbline <alerts@example.org>';

describe('emailIdentity', () => {
  const opened = emailIdentity(exampleMessage(), FROM);

  it('is the same for the same transition, and threads all transitions of an alert', () => {
    expect(emailIdentity(exampleMessage(), FROM)).toEqual(opened);
    const resolved = emailIdentity(
      exampleMessage({
        transition: 'resolved',
        transitionId: 'al-7f3a.2',
        severity: 'warning',
        headline: 'other',
      }),
      FROM,
    );
    expect(resolved.messageId).not.toBe(opened.messageId);
    expect(resolved.threadRoot).toBe(opened.threadRoot);
    expect(resolved.subject).toBe(opened.subject);
    expect(opened.messageId).toMatch(/^<plumbline\.[\da-f]{32}@example\.org>$/);
    expect(opened.subject).toBe('[Plumbline] delay-risk 1: origin = ATL · daily-drift');
  });

  it.each([
    ['another alert', exampleMessage({ alertId: 'al-8' })],
    ['the same id in another project', exampleMessage({ project: 'other' })],
  ])('%s is another thread', (_, message) => {
    expect(emailIdentity(message, FROM).threadRoot).not.toBe(opened.threadRoot);
  });

  it('lets no name write a header', () => {
    expect(
      emailIdentity(exampleMessage({ segmentValue: 'x\r\nBcc: evil@example.org' }), FROM).subject,
    ).not.toMatch(/[\r\n]/);
  });
});

describe('renderEmail', () => {
  const { text, html } = renderEmail(exampleMessage(), Buffer.from('png'));

  it.each([
    'delay-risk, version 1',
    'origin = ATL',
    '1,203 against 14,880',
    '4 May 2001, 01:00',
    '3 May 2001',
    'Wasserstein (normalised)',
    '1.14',
    'distance shifted by 0.61',
  ])('says %s in the text part', (part) => {
    expect(text).toContain(part);
  });

  it.each([
    'delay-risk, version 1',
    'origin = ATL',
    '1,203 against 14,880',
    '4 May 2001, 01:00',
    '3 May 2001',
    'Wasserstein (normalised)',
    '1.14',
    'sig=abc',
  ])('says %s in the HTML part', (part) => {
    expect(html).toContain(part);
  });

  it('shows the picture only where there is one', () => {
    expect(html).toContain(`src="cid:${CHART_CID}"`);
    expect(renderEmail(exampleMessage()).html).not.toContain('<img');
    expect(renderEmail(exampleMessage())).not.toHaveProperty('picture');
  });

  it('escapes every name from data', () => {
    const evil = `"><script>alert('x')</script>`;
    const [example] = exampleMessage().findings as readonly [AlertFinding];
    const finding = { ...example, feature: evil, metricLabel: evil, sentence: evil };
    const chart = { title: evil, kind: 'categorical', cells: [] } as const;
    const message = exampleMessage({
      segment: evil,
      segmentValue: evil,
      facetValue: evil,
      model: evil,
      headline: evil,
      why: evil,
      findings: [finding],
      chart,
      project: evil,
      alertId: evil,
    });
    expect(renderEmail(message, Buffer.from('png')).html).not.toContain('<script');
  });

  it('needs nothing from outside: no remote picture, style sheet or script', () => {
    expect(html).not.toMatch(/src="http|<link|<script|url\(/);
  });
});
