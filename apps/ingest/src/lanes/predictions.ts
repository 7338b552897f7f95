import { documentId, type PredictionEvent } from '#libs/contracts';
import type { PredictionRow, QuarantineRow, Redactor } from '#libs/store';

import type { ValueVariety } from '../flow/value-variety.js';
import { observe } from '../registry/infer.js';
import type { Layout } from '../registry/layout.js';
import type { Registry, Wanted } from '../registry/registry.js';
import type { ProjectView } from '../registry/view.js';
import { decode } from '../steps/decode.js';
import { encodePrediction } from '../steps/encode.js';
import type { Redaction } from '../steps/redact.js';
import { ok, quarantined, type Step } from '../steps/step.js';
import { timeWithin } from '../steps/time-range.js';
import { validatePrediction } from '../steps/validate.js';
import { heldBack, redactedRow } from './hold-back.js';
import { eachInTurn, intakeOf, quarantineRow, toSource, type Lane, type Source } from './lane.js';

type Read = { source: Source; event: PredictionEvent; timeMs: number; redactor: Redactor | undefined };
type Rules = { project: string; view: ProjectView; maxBytes: number; redaction: Redaction };

export type PredictionLane = {
  registry: Pick<Registry, 'view' | 'prepare'>;
  maxBytes: number;
  redaction: Redaction;
  /** Sees what is to be stored; a dry run has none. */
  variety?: Pick<ValueVariety, 'observe'>;
  now: () => number;
};

/**
 * read: bytes → decode → validate → redact → time. What redaction removes is neither stored nor seen by the registry, nor shown in the
 * quarantine.
 */
const read = (source: Source, { project, view, maxBytes, redaction }: Rules): Read | QuarantineRow => {
  const decoded = decode(source.record.value, maxBytes);
  if (decoded.kind !== 'ok') return heldBack(quarantineRow(source, decoded), view, undefined);
  const valid = validatePrediction(decoded.value);
  if (valid.kind !== 'ok') return heldBack(quarantineRow(source, valid), view, decoded.value);
  const { model } = valid.value;
  const redactor = redaction(project, model, view.privacy(model));
  const event = redactor?.event(valid.value) ?? valid.value;
  const time = timeWithin('time', event.time, { range: view.range, brokerMs: source.brokerMs });
  if (time.kind !== 'ok') return refused({ source, event, redactor }, quarantineRow(source, time));
  return { source, event, timeMs: time.value, redactor };
};

/** A well-formed event is shown as it would have been stored. */
const refused = ({ event, redactor }: Omit<Read, 'timeMs'>, row: QuarantineRow): QuarantineRow =>
  redactor === undefined ? row : redactedRow(row, event);

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

const encode = (view: ProjectView, { source, event, timeMs, redactor }: Read): Step<PredictionRow> => {
  const { model, version } = event;
  const layout = view.layout(model, version);
  if (layout === undefined)
    return quarantined(
      'too_many_drafts',
      'version',
      `${documentId(model, version)} is not registered and the project has its ${view.maxDrafts} drafts; register the version, or remove drafts, and replay`,
    );
  const origin = { offset: source.record.offset, brokerMs: source.brokerMs, value: source.value };
  const row = encodePrediction({ event, timeMs }, origin, { layout, times: view.times(model) });
  return ok(redactor === undefined ? row : { ...row, contentHash: redactor.contentHash(source.value) });
};

/** The name of the categorical feature at a place of a row. */
const categoricalName = (layout: Layout | undefined, place: number): string => {
  for (const [name, { type, position }] of layout?.slots ?? [])
    if (type !== 'numeric' && position === place) return name;
  return '';
};

/** predictionLane: read all records, let the registry take up what is new once for the whole batch, then encode. */
export const predictionLane =
  ({ registry, maxBytes, redaction, variety, now }: PredictionLane): Lane =>
  async (batch, project) => {
    const view = await registry.view(project);
    const nowMs = now();
    const sources = batch.records.map((record) => toSource(record, nowMs));
    const bad: QuarantineRow[] = [];
    const good: Read[] = [];
    const wanted = new Map<string, Wanted>();
    await eachInTurn(sources, (source) => {
      const done = read(source, { project, view, maxBytes, redaction });
      if ('reason' in done) return void bad.push(done);
      good.push(done);
      collect(wanted, view, done);
    });
    const prepared = wanted.size === 0 ? view : await registry.prepare(project, [...wanted.values()]);
    const predictions: PredictionRow[] = [];
    await eachInTurn(good, (each) => {
      const step = encode(prepared, each);
      if (step.kind === 'ok') predictions.push(step.value);
      else bad.push(refused(each, quarantineRow(each.source, step)));
    });
    variety?.observe(project, predictions, ({ model, version }, place) =>
      categoricalName(prepared.layout(model, version), place),
    );
    return intakeOf(batch, {
      project,
      sources,
      quarantineKeptMs: view.quarantineKeptMs,
      holdsBack: view.mayHoldBack(undefined),
      predictions,
      labels: [],
      quarantined: bad,
    });
  };
