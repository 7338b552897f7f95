import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { AlertMessage, ChannelInput } from '#libs/contracts';
import { createChannels, deliver, SEND_TIMEOUT_MS, type Channels, type SendResult } from '#libs/notify';
import { Outbound } from '#libs/outbound';
import { type Config } from '#libs/platform';

import { CLOCK, CONFIG, type Clock } from '../tokens.js';

const HOUR_MS = 3_600_000;

/** testMessage: looks like an alert, so that a person sees what one will look like, and says in every line that it is none. */
const testMessage = (
  project: string,
  { publicUrl, nowMs }: { publicUrl: string; nowMs: number },
): AlertMessage => {
  const id = randomUUID();
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    transition: 'opened',
    alertId: `test-${id}`,
    transitionId: `test-${id}`,
    severity: 'warning',
    project,
    model: 'test',
    version: '1',
    monitor: { id: 'test', name: 'Test of this channel', kind: 'drift' },
    segment: 'all',
    segmentValue: 'in',
    window: { start: iso(nowMs - HOUR_MS), end: iso(nowMs), timeZone: 'UTC' },
    since: iso(nowMs),
    headline: 'This is a test: alerts of Plumbline will reach you here',
    findings: [],
    links: { alert: publicUrl, model: publicUrl },
  };
};

/** ChannelTester: sends one message that is not about anything. */
@Injectable()
export class ChannelTester {
  private readonly channels: Channels;

  constructor(
    outbound: Outbound,
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.channels = createChannels(outbound);
  }

  send(project: string, target: ChannelInput): Promise<SendResult> {
    const message = testMessage(project, { publicUrl: this.config.publicUrl, nowMs: this.clock() });
    return deliver(this.channels, message, target, AbortSignal.timeout(SEND_TIMEOUT_MS));
  }
}
