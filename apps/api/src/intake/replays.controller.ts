import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Controller, Inject } from '@nestjs/common';
import { type Replay, type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { notFound } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { limitQuery } from '../results/query.js';
import { CLOCK, type Clock } from '../tokens.js';
import { replayInputSchema, replaySchema } from './schemas.js';
import { shownReplay } from './shown.js';

const WAIT_MAX_SECONDS = 20;
const LOOK_EVERY_MS = 200;
const outcomes = limitQuery(100, 2_000).describe('How many outcomes the answer lists.');

const request = endpoint({
  method: 'POST',
  path: '/v1/projects/{project}/quarantine/replay',
  tag: 'ingestion',
  summary: 'Run quarantined events through the steps again',
  description:
    'After the schema, the setting or the registration was mended. Events that pass are stored under the position they always had; the others stay. Ingestion does the work: the answer waits for it for a while, later it is read under its id. Again changes nothing.',
  role: 'editor',
  query: z.object({
    wait: z.coerce
      .number()
      .min(0)
      .max(WAIT_MAX_SECONDS)
      .default(5)
      .describe(`Seconds to wait for the end, at most ${WAIT_MAX_SECONDS}.`),
    outcomes,
  }),
  body: replayInputSchema,
  replies: { 201: { description: 'Requested; done where "state" says so', schema: replaySchema } },
});
const read = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/quarantine/replays/{replay}',
  tag: 'ingestion',
  summary: 'A replay: how far it is, and what became of the events',
  role: 'viewer',
  query: z.object({ outcomes }),
  replies: { 200: { description: 'The replay', schema: replaySchema } },
});

@Controller()
export class ReplaysController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(request)
  async request(@Call() { params, query, body, principal }: CallOf<typeof request>): Promise<Reply> {
    const { project } = params;
    await this.registry.requireProject(project);
    const id = `replay-${randomBytes(8).toString('hex')}`;
    const replay: Replay = {
      ...{ project, id, filter: body.filter, dry: body.dryRun, state: 'requested', note: '' },
      ...{ author: principal.name, reason: body.comment, requestedMs: this.clock() },
    };
    await this.store.intake.replays.write(replay);
    const reached = await this.awaitEnd(replay, query.wait);
    return {
      status: 201,
      body: await this.shown(reached, query.outcomes),
      location: `/v1/projects/${project}/quarantine/replays/${id}`,
    };
  }

  @Endpoint(read)
  async read(@Call() { params, query }: CallOf<typeof read>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const replay = await this.store.intake.replays.read(params.project, params.replay);
    if (replay === null) throw notFound('replay', params.replay);
    return ok(await this.shown(replay, query.outcomes));
  }

  private async awaitEnd(replay: Replay, seconds: number): Promise<Replay> {
    const endMs = performance.now() + seconds * 1_000;
    let reached = replay;
    while (reached.state === 'requested' && performance.now() < endMs) {
      await sleep(LOOK_EVERY_MS);
      reached = (await this.store.intake.replays.read(replay.project, replay.id)) ?? reached;
    }
    return reached;
  }

  private async shown(replay: Replay, limit: number) {
    const [counts, listed] = await Promise.all([
      this.store.intake.replays.counts(replay),
      this.store.intake.replays.outcomes(replay, limit),
    ]);
    return shownReplay(replay, { counts, outcomes: listed });
  }
}
