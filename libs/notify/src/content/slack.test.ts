import type { AlertFinding } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { exampleMessage } from '../example-message.js';
import { renderSlack, SLACK_BLOCKS_MAX, SLACK_SECTION_MAX_CHARS, SLACK_TOTAL_MAX_CHARS } from './slack.js';

const [example] = exampleMessage().findings as readonly [AlertFinding];
const textOf = (message: ReturnType<typeof exampleMessage>): string => JSON.stringify(renderSlack(message));

describe('renderSlack', () => {
  it('says model, version, segment, what moved, by how much against which limit, on how many rows, since when, and links', () => {
    const text = textOf(exampleMessage());
    for (const part of [
      'delay-risk, version 1',
      'origin = ATL',
      'PSI 1.14, limit 0.2',
      '1,203 against 14,880',
      '4 May 2001, 01:00',
      '3 May 2001',
      'exp=1790000000000&amp;sig=abc|Open the alert>',
    ]) {
      expect(text).toContain(part);
    }
    expect(renderSlack(exampleMessage()).text).toBe(
      'New alert · critical: delay-risk 1: distance moved for origin = ATL',
    );
  });

  it.each([
    ['opened', 'critical', ':red_circle:', 'New alert · critical'],
    ['updated', 'warning', ':large_orange_circle:', 'Alert changed (worst feature changed) · warning'],
    ['resolved', 'critical', ':large_green_circle:', 'Back to normal'],
  ] as const)('shows %s %s', (transition, severity, icon, label) => {
    const text = textOf(
      exampleMessage({
        transition,
        severity,
        ...(transition === 'updated' ? { why: 'worst feature changed' } : {}),
      }),
    );
    expect(text).toContain(icon);
    expect(text).toContain(label);
  });

  it('pings nobody and links nowhere through names from data', () => {
    const evil = '<!channel> <https://evil.example|Open the alert> &';
    const finding = { ...example, feature: evil, metricLabel: evil, sentence: evil };
    const text = textOf(
      exampleMessage({
        segment: evil,
        segmentValue: evil,
        facetValue: evil,
        model: evil,
        version: evil,
        headline: evil,
        findings: [finding, finding],
        why: evil,
        alertId: evil,
        project: evil,
        monitor: { id: evil, name: evil, kind: evil },
      }),
    );
    expect(text).not.toMatch(/<!|<https:\/\/evil/);
    expect(text).toContain('&lt;!channel&gt;');
  });

  it('keeps within the limits however long everything is', () => {
    const long = '&'.repeat(5_000);
    const findings = Array.from({ length: 300 }, () => ({
      ...example,
      feature: long,
      metricLabel: long,
      sentence: long,
    }));
    const message = renderSlack(
      exampleMessage({
        model: long,
        version: long,
        segment: long,
        segmentValue: long,
        headline: long,
        why: long,
        findings,
        monitor: { id: long, name: long, kind: long },
      }),
    );
    const blocks = message.blocks ?? [];
    expect(blocks.length).toBeLessThanOrEqual(SLACK_BLOCKS_MAX);
    expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(SLACK_TOTAL_MAX_CHARS);
    for (const [, text] of JSON.stringify(message).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)) {
      expect(text?.length).toBeLessThanOrEqual(SLACK_SECTION_MAX_CHARS);
      expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/);
    }
    expect(JSON.stringify(blocks)).toContain('Open the alert');
  });

  it('does without findings and with links that are none', () => {
    const message = renderSlack(
      exampleMessage({ findings: [], links: { alert: 'javascript:alert(1)', model: '' } }),
    );
    expect(JSON.stringify(message)).not.toMatch(/javascript|Open the/);
  });
});
