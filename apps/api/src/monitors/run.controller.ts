import { Controller, Inject } from '@nestjs/common';
import { verdicts, type RegistryDocument, type Window } from '#libs/contracts';
import { baselineCut, decidedIn, evaluate, tallyOf, verdictOver } from '#libs/monitoring';
import {
  evaluationInputsId,
  loadEvaluationInputs,
  loadMonitorContext,
  type MonitorContext,
  type Store,
} from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { invalid, Problem } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { findingSchema, statusCounts, windowSchema } from '../results/schemas.js';
import { withCheck } from '../results/shown.js';
import { runBody, wantedWindow } from './run-window.js';

/** More than a year of hours: beyond it the worker is the one to profile, and the answer says what is missing. */
const BUCKETS_MAX = 9_000;

const run = endpoint({
  method: 'POST',
  path: '/v1/projects/{project}/monitors/{id}/run',
  tag: 'monitors',
  summary: 'Evaluate one window of a monitor now',
  description: 'Nothing is recorded and nobody is told: for trying a monitor or its limits.',
  role: 'editor',
  body: runBody,
  problems: [409],
  replies: {
    200: {
      description: 'The findings',
      schema: z
        .object({
          monitor: z.string(),
          monitorRevision: z.int(),
          window: windowSchema,
          rows: z.int(),
          complete: z.boolean().describe('False while a bucket of the window is not profiled yet.'),
          inputs: z.string(),
          counts: statusCounts,
          decided: z.int().describe('Findings that are ok or breached; the others say neither.'),
          verdict: z.enum(verdicts).describe('Only `ok` may look healthy; never without `decided`.'),
          findings: z.array(findingSchema),
        })
        .meta({ title: 'RunResult' }),
    },
  },
});

const shownWindow = ({ startMs, endMs }: Window) => ({
  start: new Date(startMs).toISOString(),
  end: new Date(endMs).toISOString(),
});

@Controller()
export class RunController {
  constructor(
    private readonly registry: RegistryService,
    @Inject(STORE) private readonly store: Store,
  ) {}

  @Endpoint(run)
  async run(@Call() { params: { project, id }, body }: CallOf<typeof run>): Promise<Reply> {
    const monitor = await this.registry.get({ project, kind: 'monitor', id });
    const context = await this.contextOf(monitor);
    const window = await this.windowOf(context, body);
    await this.profileDirty(context, window);
    const [{ hash, rows, complete }, inputs] = await Promise.all([
      evaluationInputsId(this.store, context, window),
      loadEvaluationInputs(this.store, context, {
        window,
        cut: baselineCut(monitor.body.window, context.plan),
      }),
    ]);
    const findings = evaluate(inputs);
    const counts = tallyOf(findings);
    return ok({
      ...{ monitor: id, monitorRevision: monitor.revision, window: shownWindow(window), rows, complete },
      ...{ inputs: hash, counts, decided: decidedIn(counts), verdict: verdictOver([counts]) },
      findings: findings.map(withCheck),
    });
  }

  private async contextOf(monitor: RegistryDocument<'monitor'>): Promise<MonitorContext> {
    const context = await loadMonitorContext(this.store, monitor);
    const { model, version } = monitor.body;
    if (context === null)
      throw new Problem(
        409,
        `Version '${version}' of '${model}' has no baseline yet, so there is nothing to compare with.`,
      );
    return context;
  }

  private async windowOf({ monitor, plan }: MonitorContext, body: z.output<typeof runBody>): Promise<Window> {
    const { project, model, version } = plan;
    const span = await this.store.profiles.firstAndLast(project, model, version);
    const byRows = span !== null && monitor.body.window.rows !== null;
    const counted = byRows
      ? {
          buckets: await this.store.profiles.runs(plan),
          frozen: await this.store.evaluations.recorded(project, monitor.id, version),
        }
      : null;
    const data = span === null || counted === null ? span : { ...span, counted };
    const window = wantedWindow(body, monitor.body, plan, data);
    if (window === null)
      throw new Problem(
        409,
        `Version '${plan.version}' of '${plan.model}' has no predictions yet; name a window or send some.`,
      );
    if (Array.isArray(window)) throw invalid(...window);
    return window;
  }

  /** The worker would do the same a little later; profiling replaces, so doing it twice changes nothing. */
  private async profileDirty({ plan }: MonitorContext, { startMs, endMs }: Window): Promise<void> {
    const dirty = await this.store.profiles.dirtyBuckets(plan, BUCKETS_MAX);
    const inWindow = dirty.filter((bucket) => bucket.startMs >= startMs && bucket.startMs < endMs);
    if (inWindow.length > 0) await this.store.profiles.compute(plan, inWindow);
  }
}
