import type { GroundTruthEvent } from '#libs/contracts';
import type { LabelRow, QuarantineRow } from '#libs/store';

import type { Registry } from '../registry/registry.js';
import type { ProjectView } from '../registry/view.js';
import { decode } from '../steps/decode.js';
import { encodeLabel } from '../steps/encode.js';
import { ok, type Step } from '../steps/step.js';
import { hintTime, timeWithin } from '../steps/time-range.js';
import { validateGroundTruth } from '../steps/validate.js';
import { heldBack } from './hold-back.js';
import { eachInTurn, intakeOf, quarantineRow, toSource, type Lane, type Source } from './lane.js';

export type GroundTruthLane = { registry: Pick<Registry, 'view'>; maxBytes: number; now: () => number };

/** read: an event that is no ground truth may be a prediction on the wrong topic, so the rules of its model hold for it too. */
const read = (source: Source, view: ProjectView, maxBytes: number): LabelRow | QuarantineRow => {
  const decoded = decode(source.record.value, maxBytes);
  if (decoded.kind !== 'ok') return heldBack(quarantineRow(source, decoded), view, undefined);
  const valid = validateGroundTruth(decoded.value);
  if (valid.kind !== 'ok') return heldBack(quarantineRow(source, valid), view, decoded.value);
  const label = encode(source, view, valid.value);
  return label.kind === 'ok' ? label.value : quarantineRow(source, label);
};

const encode = (source: Source, view: ProjectView, event: GroundTruthEvent): Step<LabelRow> => {
  const time = timeWithin('time', event.time, { range: view.range, brokerMs: source.brokerMs });
  if (time.kind !== 'ok') return time;
  const hint = event.predictedAt === undefined ? ok(null) : hintTime('predictedAt', event.predictedAt);
  if (hint.kind !== 'ok') return hint;
  const origin = { offset: source.record.offset, brokerMs: source.brokerMs, value: source.value };
  return ok(
    encodeLabel({ event, timeMs: time.value, predictedAtMs: hint.value }, origin, view.times(event.model)),
  );
};

/** groundTruthLane: labels need no registered model: they may be quicker than the first prediction, and wait for it in the store. */
export const groundTruthLane =
  ({ registry, maxBytes, now }: GroundTruthLane): Lane =>
  async (batch, project) => {
    const view = await registry.view(project);
    const nowMs = now();
    const sources = batch.records.map((record) => toSource(record, nowMs));
    const labels: LabelRow[] = [];
    const bad: QuarantineRow[] = [];
    await eachInTurn(sources, (source) => {
      const done = read(source, view, maxBytes);
      if ('reason' in done) bad.push(done);
      else labels.push(done);
      return true;
    });
    return intakeOf(batch, {
      project,
      sources,
      quarantineKeptMs: view.quarantineKeptMs,
      holdsBack: view.mayHoldBack(undefined),
      predictions: [],
      labels,
      quarantined: bad,
    });
  };
