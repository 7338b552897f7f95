import type { BiasPlan, FacetCell } from '#libs/contracts';
import { facetSets } from '#libs/contracts';
import { generalizedEntropy, generalizedEntropyInterval } from '#libs/stats';
import { BLANK, type Draft } from '../draft.js';
import { specialKey } from '../merge-special.js';
import type { MonitorInput, SegmentValue } from '../pair.js';
import { biasSettingsOf } from './compare-groups.js';
import { countOf } from './comparisons.js';
import { REASONS } from './gate.js';
import { biasLimit, chanceOf, isWanted, judge } from './limit.js';
import { confusionOf, sideOf } from './sides.js';

type Index = ReadonlyMap<string, FacetCell>;
type Cells = { readonly baseline: Index; readonly window: Index };

/** Everybody's confusion, from the cell of any facet: nobody's place is part of the population too. */
function population(index: Index, value: SegmentValue, plan: BiasPlan) {
  const [set] = facetSets(plan);
  const cell = set && index.get(specialKey({ ...value, feature: set.name }));
  if (set === undefined || cell === undefined) return null;
  const everybody = Array.from({ length: countOf(set) }, (_, place) => place);
  const confusion = confusionOf(sideOf(cell.counts, everybody, plan.groups.length));
  const rows = confusion.tp + confusion.fp + confusion.tn + confusion.fn;
  return { rows, labelled: cell.labelled, confusion };
}

const ABOUT = { facet: '', metric: 'ge' } as const;

const estimate = (confusion: Parameters<typeof generalizedEntropy>[0]) => {
  const { value } = generalizedEntropy(confusion);
  const interval = generalizedEntropyInterval(confusion);
  return value === null || interval === null ? null : { value, low: interval.low, high: interval.high };
};

function compareValue(input: MonitorInput, plan: BiasPlan, value: SegmentValue, cells: Cells): Draft {
  const { settings } = input;
  const [now, before] = [population(cells.window, value, plan), population(cells.baseline, value, plan)];
  const limit = biasLimit(settings, value, ABOUT);
  const draft: Draft = {
    ...BLANK,
    ...value,
    metric: 'ge',
    variant: 'alpha-2',
    threshold: limit,
    rows: now?.rows ?? 0,
    baselineRows: before?.rows ?? 0,
  };
  if (now === null) return { ...draft, status: 'no_data', note: 'no rows in this window' };
  if (now.labelled === 0)
    return { ...draft, status: 'waiting', note: 'no label has arrived for this window yet' };
  if (now.rows < settings.minRows)
    return {
      ...draft,
      status: 'not_enough_data',
      note: `${now.rows} labelled decisions in this window, ${settings.minRows} are needed`,
    };
  const measured = generalizedEntropy(now.confusion);
  if (measured.value === null) return { ...draft, status: 'not_computable', note: REASONS[measured.reason] };
  const live = estimate(now.confusion);
  const known = before === null || before.rows === 0 ? null : estimate(before.confusion);
  const isDrift = biasSettingsOf(settings).against === 'baseline';
  const shown: Draft = {
    ...draft,
    value: measured.value,
    baselineValue: known?.value ?? null,
    interval: live && { low: live.low, high: live.high },
  };
  if (limit === null) return shown;
  if (isDrift && known === null)
    return { ...shown, status: 'no_baseline', note: 'the baseline has no labelled decisions' };
  const judged = judge({
    value: measured.value,
    baselineValue: isDrift ? (known?.value ?? null) : null,
    limit,
    scale: 'difference',
  });
  const p =
    live === null
      ? null
      : chanceOf({
          live,
          baseline: isDrift ? known : null,
          threshold: judged.threshold,
          scale: 'difference',
        });
  return { ...shown, ...judged, p, evidence: 'test' };
}

/** compareEntropy: generalised entropy of all people of each segment value; it has no facets. */
export const compareEntropy = (
  input: MonitorInput,
  plan: BiasPlan,
  values: readonly SegmentValue[],
  cells: Cells,
): Draft[] =>
  values
    .filter((value) => isWanted(input.settings, value, ABOUT))
    .map((value) => compareValue(input, plan, value, cells));
