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
import { RowBudget, rowBytes, ROW_BYTES_MAX } from './row-budget.js';

type Read = { source: Source; event: PredictionEvent; timeMs: number; redactor: Redactor | undefined };
type Rules = { project: string; view: ProjectView; maxBytes: number; redaction: Redaction };

export type PredictionLane = {
  registry: Pick<Registry, 'view' | 'prepare'>;
  maxBytes: number;
  redaction: Redaction;
  /** Sees what is to be stored; a dry run has none. */
  variety?: Pick<ValueVariety, 'observe'>;
  /** About what the rows of one part may take in memory; {@link ROW_BYTES_MAX} if absent. */
  rowBytesMax?: number;
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
const collect = (wanted: Map<string, Wanted>, layout: Layout | undefined, { event }: Read): void => {
  const { model, version, prediction, features } = event;
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

type Rows = { predictions: PredictionRow[]; bad: QuarantineRow[] };

const encodeInto = ({ predictions, bad }: Rows, view: ProjectView, each: Read): void => {
  const step = encode(view, each);
  if (step.kind === 'ok') predictions.push(step.value);
  else bad.push(refused(each, quarantineRow(each.source, step)));
};

const isAbsent = (layout: Layout | undefined, { features }: PredictionEvent): boolean =>
  layout === undefined || hasUnseen(layout, features);

/**
 * predictionLane: an event of a known schema becomes a row as soon as it is read, so that nothing but the row stays of it; those that bring
 * something new wait until the registry has taken it up, once for all of them.
 */
export const predictionLane =
  ({ registry, maxBytes, redaction, variety, now, rowBytesMax = ROW_BYTES_MAX }: PredictionLane): Lane =>
  async (batch, project) => {
    const view = await registry.view(project);
    const nowMs = now();
    const sources = batch.records.map((record) => toSource(record, nowMs));
    const rows: Rows = { predictions: [], bad: [] };
    const fresh: Read[] = [];
    const wanted = new Map<string, Wanted>();
    const budget = new RowBudget(rowBytesMax);
    const taken = await eachInTurn(sources, (source) => {
      const done = read(source, { project, view, maxBytes, redaction });
      if ('reason' in done) {
        rows.bad.push(done);
        return true;
      }
      const layout = view.layout(done.event.model, done.event.version);
      if (!budget.take(rowBytes(done.event, layout))) return false;
      if (isAbsent(layout, done.event)) {
        collect(wanted, layout, done);
        fresh.push(done);
      } else encodeInto(rows, view, done);
      return true;
    });
    const prepared = wanted.size === 0 ? view : await registry.prepare(project, [...wanted.values()]);
    const grown = new RowBudget(rowBytesMax);
    const encoded = await eachInTurn(fresh, (each) => {
      if (!grown.take(rowBytes(each.event, prepared.layout(each.event.model, each.event.version))))
        return false;
      encodeInto(rows, prepared, each);
      return true;
    });
    const next = fresh[encoded]?.source ?? sources[taken];
    const intake = intakeOf(batch, {
      project,
      sources,
      next,
      quarantineKeptMs: view.quarantineKeptMs,
      holdsBack: view.mayHoldBack(undefined),
      predictions: rows.predictions,
      labels: [],
      quarantined: rows.bad,
    });
    variety?.observe(project, intake.predictions, ({ model, version }, place) =>
      categoricalName(prepared.layout(model, version), place),
    );
    return intake;
  };
