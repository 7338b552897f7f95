import type { PredictionEvent } from '#libs/contracts';

import type { Layout } from '../registry/layout.js';

/**
 * ROW_BYTES_MAX: what the rows of one part may take. Rows are as wide as their version's schema, however small the event: 50,000 events with
 * one feature each, of a version with 2,000, would make 800 MB of rows out of 10 MB.
 */
export const ROW_BYTES_MAX = 8 * 1024 * 1024;

/** What a row takes beside its features: its fields, and their share of the batch. */
const ROW_OVERHEAD_BYTES = 500;
const VALUE_BYTES = 8;

/** rowBytes: about what the row of an event takes in memory, and again when it is encoded. */
export const rowBytes = (event: PredictionEvent, layout: Layout | undefined): number => {
  const features = layout?.slots.size ?? 0;
  const explained = event.attributions === undefined ? 0 : features;
  return ROW_OVERHEAD_BYTES + VALUE_BYTES * (features + explained);
};

/** RowBudget: rows are taken while they fit; the first always does. */
export class RowBudget {
  private left: number;
  private isFirst = true;

  constructor(bytes: number) {
    this.left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.left && !this.isFirst) return false;
    this.isFirst = false;
    this.left -= bytes;
    return true;
  }
}
