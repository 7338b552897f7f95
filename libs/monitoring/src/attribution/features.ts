import type { AttributionCell } from '#libs/contracts';
import { jensenShannon, signFlip, type TwoSamples } from '#libs/stats';
import { asEvidence, type Draft } from '../draft.js';
import type { Evidence } from '../evidence.js';
import { formatNumber, formatPercent } from '../format.js';
import { attributionDraft, type Subject } from './drafts.js';
import { cellsOf, countsIn } from './distribution.js';
import { sumsOf } from './importance.js';
import type { ShareMove } from './uncertainty.js';

/** A mean that is less than this part of the mean magnitude has no direction to speak of: attributions are centred on training data. */
const DIRECTED = 0.1;

type FeatureInput = {
  readonly subject: Subject;
  readonly deff: number;
  /** Of its distribution. */
  readonly evidence: (samples: TwoSamples) => Evidence;
  readonly move: ShareMove | null;
  /** Why the baseline has no attributions of rows; empty when it has. */
  readonly noRows: string;
};

function shareDraft({ subject, deff, move }: FeatureInput, variant: string): Draft {
  const draft = { ...attributionDraft(subject, 'attribution_share', variant), deff };
  if (move === null)
    return { ...draft, status: 'not_computable', note: 'all attributions are 0: there is nothing to share' };
  const change = move.now - move.before;
  const limit = draft.threshold;
  return {
    ...draft,
    value: move.now,
    baselineValue: move.before,
    interval: { low: move.low, high: move.high },
    ...(limit !== null && {
      threshold: Math.min(1, Math.max(0, move.before + (change < 0 ? -limit : limit))),
      beyond: Math.abs(change) > limit,
    }),
    p: limit === null ? null : move.p,
    evidence: 'test',
    note: `${change < 0 ? 'lost' : 'gained'} ${formatPercent(Math.abs(change))} of the attribution`,
  };
}

type Both = { baseline: AttributionCell; window: AttributionCell };

function driftDraft({ subject, evidence }: FeatureInput, { baseline, window }: Both): Draft {
  const draft = attributionDraft(subject, 'attribution_drift', 'jensen-shannon-base2-of-10-cells');
  const cells = cellsOf(baseline);
  const samples = { baseline: countsIn(baseline, cells), window: countsIn(window, cells) };
  const value = jensenShannon(samples);
  if (value === null)
    return { ...draft, status: 'not_computable', note: 'no row has a number for this feature' };
  const found = evidence(samples);
  // Without a limit it asks nothing, and is no member of the family.
  return { ...draft, value, ...asEvidence(draft.threshold === null ? { ...found, p: null } : found) };
}

/** 1 where the mean attribution clearly had one sign and clearly has the other now. */
function flipDraft({ subject, deff }: FeatureInput, { baseline, window }: Both): Draft {
  const draft = { ...attributionDraft(subject, 'attribution_sign_flip', 'of-the-mean'), deff };
  const [before, now] = [sumsOf(baseline), sumsOf(window)];
  const flip = signFlip({ baseline: before, window: now, deff });
  if (flip === null)
    return {
      ...draft,
      status: 'not_enough_data',
      note: 'the direction of a mean needs at least two explained rows',
    };
  const directed = [before, now].every(({ sum, sumAbs }) => Math.abs(sum) >= DIRECTED * sumAbs);
  return {
    ...draft,
    value: flip.flipped && directed ? 1 : 0,
    baselineValue: null,
    p: draft.threshold === null ? null : flip.p,
    evidence: 'test',
    note: `mean attribution ${formatNumber(flip.window)} instead of ${formatNumber(flip.baseline)}`,
  };
}

/** compareFeature: share, distribution and direction of one feature's attributions. */
export function compareFeature(input: FeatureInput, aggregate: string): Draft[] {
  const { subject, noRows } = input;
  const { baseline, window } = subject;
  const share = shareDraft(input, aggregate);
  if (baseline === null || window === null || noRows !== '') {
    const reason = {
      status: 'no_baseline',
      note: noRows === '' ? 'no row explains this feature' : noRows,
    } as const;
    return [
      share,
      { ...attributionDraft(subject, 'attribution_drift', ''), ...reason },
      { ...attributionDraft(subject, 'attribution_sign_flip', ''), ...reason },
    ];
  }
  return [share, driftDraft(input, { baseline, window }), flipDraft(input, { baseline, window })];
}
