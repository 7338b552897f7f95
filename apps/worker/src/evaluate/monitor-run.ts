import { createHash } from 'node:crypto';
import {
  durationMs,
  EVALUATION_METHOD,
  type AlertTransition,
  type Evaluation,
  type RegistryDocument,
} from '#libs/contracts';
import {
  baselineCut,
  condenser,
  closedWindows,
  countWindows,
  dueWindows,
  evaluate,
  windowKey,
  windowsBetween,
  type ClosedWindow,
  type DueWindow,
  type IngestState,
} from '#libs/monitoring';
import {
  evaluationInputsId,
  loadBaselineProfile,
  loadEvaluationInputs,
  loadMonitorContext,
  planHash,
  type Documents,
  type InputsId,
  type MonitorContext,
  type RecordedWindow,
  type Store,
} from '#libs/store';
import { BaselineCache } from './baseline-cache.js';
import { formerWindows, type FormerWindow } from './former-windows.js';
import { recordEvaluation } from './record-evaluation.js';
import { windowSignatures, type BucketRun } from './window-signatures.js';
import type { WindowWatch } from './window-watch.js';

type MonitorDocument = RegistryDocument<'monitor'>;
type EvaluationStore = Pick<Store, 'profiles' | 'evaluations' | 'alerts'>;
/** `documents`: the registry as this tick sees it. */
type RunArgs = { documents: Documents; isOver: () => boolean };

/** Recorded: one evaluation that was written, with what it changed. */
export type Recorded = { evaluation: Evaluation; transitions: AlertTransition[]; durationMs: number };

type Options = {
  store: EvaluationStore;
  watch: WindowWatch;
  ingest: (monitor: MonitorDocument, nowMs: number) => Promise<IngestState>;
  now: () => number;
  onRecorded: (recorded: Recorded) => Promise<void>;
};

/** Everything that is the same for all windows of one pass over a monitor. */
type Pass = {
  monitor: MonitorDocument;
  context: MonitorContext;
  contextKey: string;
  nowMs: number;
  runs: readonly (BucketRun & { rows: number })[];
  recorded: RecordedWindow[];
  former: ReturnType<typeof formerWindows>;
  /** The baseline's part of the inputs, which no window changes. */
  reference: InputsId | null;
  profile: () => ReturnType<typeof loadBaselineProfile>;
};
type Candidate = ClosedWindow & { signature: string };

/** `waiting`: buckets of the window are not profiled yet; `overtaken`: they changed while it was evaluated. */
type Outcome = 'known' | 'recorded' | 'waiting' | 'overtaken';

/** RunResult: how long the oldest due window has been due that this pass left; 0 when none is left. */
export type RunResult = { oldestDueMs: number };

const WAITED = 'ingest was behind; evaluated after the maximum wait, so rows may be missing';
const NOTHING_DUE: RunResult = { oldestDueMs: 0 };

const monitorKey = ({ project, id }: MonitorDocument): string => `${project}/${id}`;

/** How far the erasures of a model have come: each may have taken rows out of its baselines. */
async function erasuresOf(
  documents: Documents,
  { project, body }: RegistryDocument<'baseline'>,
): Promise<string> {
  const erasures = await documents.list(project, 'erasure');
  const own = erasures.filter((erasure) => erasure.body.model === body.model);
  return own.map(({ id, revision }) => `${id}:${revision}`).join(',');
}

/**
 * MonitorRun: evaluates what is due of one monitor, in order of time. Due is what clock and ingest have passed and the ledger does not have
 * under the inputs of now; "now" decides nothing else.
 */
export class MonitorRun {
  /** Content of baselines as it is profiled; complete ones change no more, unless an erasure takes rows out of them. */
  private readonly references = new Map<string, InputsId>();
  private readonly baselines = new BaselineCache(BASELINE_NUMBERS_MAX);

  constructor(private readonly options: Options) {}

  /** run: until nothing is due or `isOver` says so; what is left is due at the next tick too. */
  async run(monitor: MonitorDocument, { documents, isOver }: RunArgs): Promise<RunResult> {
    const pass = await this.prepare(monitor, documents);
    if (pass === null) return NOTHING_DUE;
    const candidates = await this.candidates(pass);
    for (const [index, candidate] of candidates.entries()) {
      if (isOver()) return this.left(pass, candidates.slice(index));
      const outcome = await this.look(pass, candidate);
      if (outcome === 'known' || outcome === 'recorded') continue;
      // Alerts follow the order of windows: a new one is not passed over, a revision of an old one may be.
      if (!this.isRecorded(pass, candidate)) return this.left(pass, candidates.slice(index));
    }
    return NOTHING_DUE;
  }

  private async prepare(monitor: MonitorDocument, documents: Documents): Promise<Pass | null> {
    const { store, now } = this.options;
    const context = await loadMonitorContext({ documents }, monitor);
    if (context === null) return null;
    const reference =
      context.baseline === null
        ? null
        : await this.reference(context.baseline, await erasuresOf(documents, context.baseline.document));
    if (reference?.complete === false) return null;
    const contextKey = createHash('sha256')
      .update(JSON.stringify([context, reference]))
      .digest('hex');
    const recorded = await store.evaluations.recorded(monitor.project, monitor.id, monitor.body.version);
    return {
      monitor,
      context,
      contextKey,
      nowMs: now(),
      runs: await store.profiles.runs(context.plan),
      recorded,
      former: formerWindows({ documents, profiles: store.profiles, context, recorded }),
      reference,
      profile: () =>
        this.baselines.get(contextKey, () =>
          loadBaselineProfile(store, context, {
            cut: baselineCut(monitor.body.window, context.plan),
            condenser: (baseline) =>
              condenser({ baseline, binning: context.plan.binning, settings: monitor.body }),
          }),
        ),
    };
  }

  private async reference(
    { document, plan }: NonNullable<MonitorContext['baseline']>,
    erasures: string,
  ): Promise<InputsId> {
    const { project, id, body } = document;
    const key = `${project}/${id}/${body.contentHash}/${planHash(plan)}/${erasures}`;
    const known = this.references.get(key);
    if (known !== undefined) return known;
    const read = await this.options.store.profiles.inputsHash(plan, 'all');
    if (this.references.size >= REFERENCES_MAX) this.references.clear();
    if (read.complete) this.references.set(key, read);
    return read;
  }

  /** Closed windows that are not known to be in the ledger as they are now. */
  private async candidates(pass: Pass): Promise<Candidate[]> {
    const { store, watch, ingest } = this.options;
    const { monitor, context, nowMs, contextKey } = pass;
    const { model, version, window } = monitor.body;
    const span = await store.profiles.firstAndLast(monitor.project, model, version);
    if (span === null) return [];
    const { timeZone } = context.plan;
    const { every, size, rows } = window;
    const windows =
      rows === null
        ? windowsBetween({ every, size, timeZone, fromMs: span.firstMs, toMs: nowMs })
        : countWindows({
            rows,
            buckets: pass.runs,
            bucketMs: durationMs(context.plan.bucket),
            frozen: pass.recorded,
          });
    const patience = { nowMs, settleMs: durationMs(window.settle), maxWaitMs: durationMs(window.maxWait) };
    const closed = closedWindows(windows, await ingest(monitor, nowMs), patience);
    const signatures = windowSignatures(
      closed.map((entry) => entry.window),
      pass.runs,
    );
    return closed
      .map((entry, index) => ({ ...entry, signature: signatures[index] ?? '' }))
      .filter(
        (entry) => !watch.isKnown(monitorKey(monitor), contextKey, windowKey(entry.window), entry.signature),
      );
  }

  private async look(pass: Pass, candidate: Candidate): Promise<Outcome> {
    const former = await pass.former(candidate.window);
    if (former?.since === 'nothing') {
      this.settle(pass, candidate);
      return 'known';
    }
    const id = await this.inputsOf(pass, candidate);
    const inputs = new Map([[windowKey(candidate.window), id.hash]]);
    const [due] = dueWindows({ closed: [candidate], recorded: pass.recorded, inputs });
    if (due === undefined) {
      this.settle(pass, candidate);
      return 'known';
    }
    if (!id.complete && !(await this.isProfiledSinceDue(pass, candidate))) return 'waiting';
    return this.evaluateWindow(pass, candidate, { due, former });
  }

  private async evaluateWindow(
    pass: Pass,
    candidate: Candidate,
    { due, former }: { due: DueWindow; former: FormerWindow | null },
  ): Promise<Outcome> {
    const startedMs = performance.now();
    const { store, onRecorded } = this.options;
    const { window, inputs, revision, waitExceeded } = due;
    const read = await loadEvaluationInputs(store, pass.context, { window, reference: await pass.profile() });
    const findings = evaluate(read).map((finding) =>
      waitExceeded
        ? { ...finding, note: finding.note === '' ? WAITED : `${finding.note}; ${WAITED}` }
        : finding,
    );
    if ((await this.inputsOf(pass, candidate)).hash !== inputs) return 'overtaken';
    const { project, id: monitor, revision: monitorRevision, body } = pass.monitor;
    const { model, version, kind: monitorKind, severity } = body;
    const evaluation: Evaluation = {
      ...{ project, model, version, monitor, monitorKind, window, inputs, findings, waitExceeded },
      monitorRevision,
      method: EVALUATION_METHOD,
    };
    const newestWindowEndMs = pass.recorded.reduce((newest, entry) => Math.max(newest, entry.endMs), 0);
    const durationMs = performance.now() - startedMs;
    const transitions = await recordEvaluation(store, {
      evaluation,
      meta: { revision, durationMs },
      severity,
      newestWindowEndMs,
      former: former?.since === 'rows' ? former.inputs : null,
    });
    pass.recorded.push({ ...window, inputs, revision, method: EVALUATION_METHOD, former: null });
    this.settle(pass, candidate);
    await onRecorded({ evaluation, transitions, durationMs });
    return 'recorded';
  }

  private inputsOf({ context, reference }: Pass, { window }: ClosedWindow): Promise<InputsId> {
    const { profiles } = this.options.store;
    const inputsHash: typeof profiles.inputsHash = (plan, span) =>
      plan === context.baseline?.plan && reference !== null
        ? Promise.resolve(reference)
        : profiles.inputsHash(plan, span);
    return evaluationInputsId({ profiles: { ...profiles, inputsHash } }, context, window);
  }

  /** Labels trickle in for weeks: buckets that were profiled after their window was due will do, and the rest becomes a revision. */
  private async isProfiledSinceDue(pass: Pass, { window }: ClosedWindow): Promise<boolean> {
    const { monitor, contextKey, context, nowMs } = pass;
    const { store, watch } = this.options;
    const sinceMs = watch.waitsSince(monitorKey(monitor), contextKey, windowKey(window), nowMs);
    const dirty = await store.profiles.dirtyBuckets(context.plan, MAX_DIRTY);
    const runs = new Map(pass.runs.map((bucket) => [bucket.startMs, bucket.run]));
    return (
      dirty.length < MAX_DIRTY &&
      dirty
        .filter(({ startMs }) => startMs >= window.startMs && startMs < window.endMs)
        .every(({ startMs }) => (runs.get(startMs) ?? 0n) > BigInt(sinceMs))
    );
  }

  private isRecorded({ recorded }: Pass, { window }: ClosedWindow): boolean {
    return recorded.some((entry) => windowKey(entry) === windowKey(window));
  }

  private settle({ monitor, contextKey }: Pass, { window, signature }: Candidate): void {
    this.options.watch.settle(monitorKey(monitor), contextKey, windowKey(window), signature);
  }

  private left(pass: Pass, candidates: readonly Candidate[]): RunResult {
    const oldest = candidates.find((candidate) => !this.isRecorded(pass, candidate));
    if (oldest === undefined) return NOTHING_DUE;
    return { oldestDueMs: pass.nowMs - oldest.window.endMs - durationMs(pass.monitor.body.window.settle) };
  }
}

const REFERENCES_MAX = 1_000;
/** About 100 MB. */
const BASELINE_NUMBERS_MAX = 12_500_000;
/** Beyond so many dirty buckets the profiler has other work than late labels. */
const MAX_DIRTY = 10_000;
