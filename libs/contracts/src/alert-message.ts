import type { MissingRange } from './intake.js';

/** AlertFinding: one finding as a message shows it; `sentence` says in plain words what moved, by how much, against which limit. */
export type AlertFinding = {
  readonly feature: string;
  readonly metric: string;
  readonly metricLabel: string;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Benjamini–Hochberg-adjusted p; null where the evidence is exact. */
  readonly pAdjusted: number | null;
  readonly rows: number;
  readonly baselineRows: number;
  readonly sentence: string;
};

/** AlertChart: baseline against window for the worst feature; shares from 0 to 1, in the order of the axis. */
export type AlertChart = {
  readonly title: string;
  readonly unit?: string;
  readonly kind: 'numeric' | 'categorical';
  readonly cells: readonly { readonly label: string; readonly baseline: number; readonly window: number }[];
};

/** AlertMessage: everything a channel needs to tell people about one transition of an alert. Times are ISO 8601 in UTC. */
export type AlertMessage = {
  readonly transition: 'opened' | 'updated' | 'resolved';
  readonly alertId: string;
  readonly transitionId: string;
  readonly severity: 'warning' | 'critical';
  readonly project: string;
  readonly model: string;
  readonly version: string;
  readonly monitor: { readonly id: string; readonly name: string; readonly kind: string };
  readonly segment: string;
  readonly segmentValue: string;
  readonly facetValue?: string;
  readonly window: { readonly start: string; readonly end: string; readonly timeZone: string };
  readonly since: string;
  /** One plain sentence, e.g. "delay-risk 1: distance moved for origin = ATL". */
  readonly headline: string;
  /** Of an alert that ingestion itself raised: what happened and what to do, and the facts in place of those of a monitor. */
  readonly sentences?: readonly string[];
  readonly facts?: readonly { readonly label: string; readonly value: string }[];
  readonly missing?: readonly MissingRange[];
  /** Worst first. */
  readonly findings: readonly AlertFinding[];
  readonly chart?: AlertChart;
  /** Signed, expiring, read-only. */
  readonly links: { readonly alert: string; readonly model: string };
  /** Why an update is told: "the worst feature changed". */
  readonly why?: string;
};
