import { documentId, type PredictionEvent } from '#libs/contracts';
import type { PredictionRow, QuarantineRow } from '#libs/store';

import type { ValueVariety } from '../flow/value-variety.js';
import { observe } from '../registry/infer.js';
import type { Layout } from '../registry/layout.js';
import type { Registry, Wanted } from '../registry/registry.js';
import type { ProjectView } from '../registry/view.js';
import { decode } from '../steps/decode.js';
import { encodePrediction } from '../steps/encode.js';
import type { Redact } from '../steps/redact.js';
import { ok, quarantined, type Step } from '../steps/step.js';
import { timeWithin, type TimeRange } from '../steps/time-range.js';
import { validatePrediction } from '../steps/validate.js';
import { eachInTurn, intakeOf, quarantineRow, toSource, type Lane, type Source } from './lane.js';

type Read = { source: Source; event: PredictionEvent; timeMs: number };
type Rules = { range: TimeRange; maxBytes: number; redact: Redact };

export type PredictionLane = {
  registry: Pick<Registry, 'view' | 'prepare'>;
  maxBytes: number;
  redact: Redact;
  /** Sees what is to be stored; a dry run has none. */
  variety?: Pick<ValueVariety, 'observe'>;
  now: () => number;
};

/** read: bytes → decode → validate → time → redact. What redaction removes is neither stored nor seen by the registry. */
const read = (source: Source, { range, maxBytes, redact }: Rules): Step<Read> => {
  const decoded = decode(source.record.value, maxBytes);
  if (decoded.kind !== 'ok') return decoded;
  const valid = validatePrediction(decoded.value);
  if (valid.kind !== 'ok') return valid;
  const time = timeWithin('time', valid.value.time, { range, brokerMs: source.brokerMs });
  if (time.kind !== 'ok') return time;
  const redacted = redact(valid.value);
  if (redacted.kind !== 'ok') return redacted;
  return ok({ source, event: redacted.value, timeMs: time.value });
};

const hasUnseen = ({ slots }: Layout, features: PredictionEvent['features']): boolean => {
  for (const name in features) if (!slots.has(name)) return true;
  return false;
};

/** Notes what the registry lacks for these events: once per version, however many events name it. */
const collect = (wanted: Map<string, Wanted>, view: ProjectView, { event }: Read): void => {
  const { model, version, prediction, features } = event;
  const layout = view.layout(model, version);
  if (layout !== undefined && !hasUnseen(layout, features)) return;
  const isKnown = (name: string): boolean => layout?.slots.has(name) ?? false;
  const id = documentId(model, version);
  const each: Wanted = wanted.get(id) ?? { model, version, prediction, types: new Map() };
  wanted.set(id, each);
  observe(each.types, features ?? {}, isKnown);
};

const encode = (view: ProjectView, { source, event, timeMs }: Read): Step<PredictionRow> => {
  const { model, version } = event;
  const layout = view.layout(model, version);
  if (layout === undefined)
    return quarantined(
      'too_many_drafts',
      'version',
      `${documentId(model, version)} is not registered and the project has its ${view.maxDrafts} drafts; register the version, or remove drafts, and replay`,
    );
  const origin = { offset: source.record.offset, brokerMs: source.brokerMs, value: source.value };
  return ok(encodePrediction({ event, timeMs }, origin, { layout, times: view.times(model) }));
};

/** The name of the categorical feature at a place of a row. */
const categoricalName = (layout: Layout | undefined, place: number): string => {
  for (const [name, { type, position }] of layout?.slots ?? [])
    if (type !== 'numeric' && position === place) return name;
  return '';
};

/** predictionLane: read all records, let the registry take up what is new once for the whole batch, then encode. */
export const predictionLane =
  ({ registry, maxBytes, redact, variety, now }: PredictionLane): Lane =>
  async (batch, project) => {
    const view = await registry.view(project);
    const nowMs = now();
    const sources = batch.records.map((record) => toSource(record, nowMs));
    const bad: QuarantineRow[] = [];
    const good: Read[] = [];
    const wanted = new Map<string, Wanted>();
    await eachInTurn(sources, (source) => {
      const step = read(source, { range: view.range, maxBytes, redact });
      if (step.kind !== 'ok') return void bad.push(quarantineRow(source, step));
      good.push(step.value);
      collect(wanted, view, step.value);
    });
    const prepared = wanted.size === 0 ? view : await registry.prepare(project, [...wanted.values()]);
    const predictions: PredictionRow[] = [];
    await eachInTurn(good, (each) => {
      const step = encode(prepared, each);
      if (step.kind === 'ok') predictions.push(step.value);
      else bad.push(quarantineRow(each.source, step));
    });
    variety?.observe(project, predictions, ({ model, version }, place) =>
      categoricalName(prepared.layout(model, version), place),
    );
    return intakeOf(batch, {
      project,
      sources,
      quarantineKeptMs: view.quarantineKeptMs,
      predictions,
      labels: [],
      quarantined: bad,
    });
  };
