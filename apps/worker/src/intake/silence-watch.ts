import {
  durationMs,
  INTAKE_MONITORS,
  SILENCE_AFTER_DEFAULT,
  type AlertTransition,
  type ModelBody,
  type RegistryDocument,
} from '#libs/contracts';
import { advanceSilence, silenceLimit, type IngestState } from '#libs/monitoring';
import type { ModelArrivals, QuietLimits, Store } from '#libs/store';

type Options = {
  store: {
    documents: Pick<Store['documents'], 'list'>;
    intake: Pick<Store['intake'], 'arrivals' | 'quietLimits'>;
    alerts: Pick<Store['alerts'], 'states' | 'append'>;
  };
  /** How far ingest of the project's predictions has come. */
  ingest: (project: string, nowMs: number) => Promise<IngestState>;
  hash: (text: string) => string;
  now: () => number;
};

/** Standing: of one registered model: for metrics. */
export type Standing = { model: string; watermarkMs: number; silentMs: number };
export type SilenceReport = { standings: Standing[]; transitions: AlertTransition[] };

type Watched = { model: string; fixedMs: number | null; lastMs: number | null };

/** What is usual changes slowly, and finding it reads the marks of four weeks. */
const LIMITS_AGE_MS = 3_600_000;

/** Marks are stamped before they are visible, by another clock. */
const OVERLAP_MS = 3_600_000;

const fixedLimit = ({ silenceAfter = SILENCE_AFTER_DEFAULT }: ModelBody): number | null =>
  silenceAfter === 'off' ? null : durationMs(silenceAfter);

/** Models with a registered version, and when an event of such a version last came; drafts are somebody's experiments. */
function watchedModels(
  models: readonly RegistryDocument<'model'>[],
  versions: readonly RegistryDocument<'version'>[],
  arrivals: readonly ModelArrivals[],
): Watched[] {
  const registered = new Set(
    versions
      .filter(({ body }) => body.status === 'registered')
      .map(({ body }) => JSON.stringify([body.model, body.version])),
  );
  return models.map(({ id, body }) => {
    const own = arrivals.filter(
      ({ model, version }) => model === id && registered.has(JSON.stringify([model, version])),
    );
    const lastMs = own.length === 0 ? null : Math.max(...own.map((each) => each.lastMs));
    return { model: id, fixedMs: fixedLimit(body), lastMs };
  });
}

/** SilenceWatch: one alert per model that sends nothing for longer than is usual for it. */
export class SilenceWatch {
  private readonly limits = new Map<string, { atMs: number; limits: QuietLimits[] }>();
  private readonly seen = new Map<string, { untilMs: number; arrivals: Map<string, ModelArrivals> }>();

  constructor(private readonly options: Options) {}

  async look(project: string): Promise<SilenceReport> {
    const { store, ingest, hash, now } = this.options;
    const nowMs = now();
    // The arrivals are read after the watermark: what came in between only shortens a silence.
    const state = await ingest(project, nowMs);
    const [models, versions, arrivals, states] = await Promise.all([
      store.documents.list(project, 'model'),
      store.documents.list(project, 'version'),
      this.arrivals(project, nowMs),
      store.alerts.states(project, INTAKE_MONITORS.silence, ''),
    ]);
    const watched = watchedModels(models, versions, arrivals);
    const limits = watched.some(({ lastMs }) => lastMs !== null) ? await this.usual(project, nowMs) : [];
    const names = new Set([...watched.map(({ model }) => model), ...states.map(({ model }) => model)]);
    const transitions = [...names].flatMap((model) => {
      const own = watched.find((each) => each.model === model);
      const step = advanceSilence({
        ...{ project, model, nowMs, hash },
        previous: states.find((each) => each.model === model) ?? null,
        lastMs: own?.fixedMs == null ? null : own.lastMs,
        limit:
          own?.fixedMs == null || state.behindSinceMs !== null
            ? null
            : silenceLimit(limits.find((each) => each.model === model) ?? null, own.fixedMs, nowMs),
      });
      return step === null ? [] : [step];
    });
    if (transitions.length > 0) await store.alerts.append(transitions, project);
    return { transitions, standings: standingsOf(watched, state, nowMs) };
  }

  /** All marks once, then the new ones: what was seen before stays known. */
  private async arrivals(project: string, nowMs: number): Promise<ModelArrivals[]> {
    const known = this.seen.get(project) ?? { untilMs: 0, arrivals: new Map<string, ModelArrivals>() };
    const fresh = await this.options.store.intake.arrivals(project, Math.max(0, known.untilMs - OVERLAP_MS));
    for (const each of fresh) {
      const key = JSON.stringify([each.model, each.version]);
      const before = known.arrivals.get(key)?.lastMs ?? 0;
      known.arrivals.set(key, { ...each, lastMs: Math.max(before, each.lastMs) });
    }
    this.seen.set(project, { ...known, untilMs: nowMs });
    return [...known.arrivals.values()];
  }

  private async usual(project: string, nowMs: number): Promise<QuietLimits[]> {
    const known = this.limits.get(project);
    if (known !== undefined && nowMs - known.atMs < LIMITS_AGE_MS) return known.limits;
    const limits = await this.options.store.intake.quietLimits(project, nowMs);
    this.limits.set(project, { atMs: nowMs, limits });
    return limits;
  }
}

/** A watermark of null means that all partitions are idle: everything up to now has been seen. */
const standingsOf = (watched: readonly Watched[], { watermarkMs }: IngestState, nowMs: number): Standing[] =>
  watched.flatMap(({ model, lastMs }) =>
    lastMs === null
      ? []
      : [{ model, watermarkMs: watermarkMs ?? nowMs, silentMs: Math.max(0, nowMs - lastMs) }],
  );
