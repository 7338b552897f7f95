import { createHash } from 'node:crypto';

import {
  documentId,
  PREDICTION_FEATURES,
  type BaselineBody,
  type BinningBody,
  type Feature,
  type RegistryDocument,
} from '#libs/contracts';

import { canonical } from '../registry/canonical.js';
import type { BaselineOrder } from './baseline-order.js';

/** Inserted: what the stored rows of a file are worth. */
export type Inserted = {
  rows: number;
  hasTime: boolean;
  hasLabels: boolean;
  hasAttributions: boolean;
  warnings: string[];
};

const MAX_WARNINGS = 50;

/** contentHashOf: what makes a baseline: the file and what its columns were taken for. A mapping of nothing leaves the hash of the file. */
export const contentHashOf = ({ file, query }: BaselineOrder): string => {
  const mapping = canonical(query.columns);
  if (mapping === '{"tags":{}}') return file.sha256;
  return createHash('sha256').update(`${file.sha256}\n${mapping}`).digest('hex');
};

const cannotServe = (binning: BinningBody, { hasLabels }: Inserted): BaselineBody['cannotServe'] => {
  const pseudo = Object.values<string>(PREDICTION_FEATURES);
  const hasPredictions = binning.features.some(({ feature }) => pseudo.includes(feature));
  return [
    ...(hasLabels ? [] : [{ kind: 'quality', reason: 'the file has no column that is the label' }]),
    ...(hasPredictions
      ? []
      : [{ kind: 'prediction_drift', reason: 'the file has no column that is the prediction' }]),
  ];
};

/** uncountedWarnings: features that came after the binning was made. */
export const uncountedWarnings = (features: readonly Feature[], binning: BinningBody): string[] => {
  const counted = new Set(binning.features.map(({ feature }) => feature));
  return features
    .filter(({ name, role }) => role === 'input' && !counted.has(name))
    .map(
      ({ name }) =>
        `feature '${name}' is younger than the version's bins and is not compared; upload with binning=new to compare it`,
    )
    .slice(0, MAX_WARNINGS);
};

/** draftOf: the document of a baseline whose rows are stored. */
export function draftOf(
  order: BaselineOrder,
  { inserted, origin, binning }: { inserted: Inserted; origin: string; binning: BinningBody },
): RegistryDocument<'baseline'> {
  const { project, model, version, query, file, intent } = order;
  const body: BaselineBody = {
    model,
    version,
    origin,
    binning: binning.hash,
    source: { format: file.format, name: query.source ?? query.name, bytes: file.bytes },
    rows: inserted.rows,
    contentHash: contentHashOf(order),
    hasTime: inserted.hasTime,
    hasLabels: inserted.hasLabels,
    ...(inserted.hasAttributions && { hasAttributions: true }),
    cannotServe: cannotServe(binning, inserted),
  };
  const id = documentId(model, version, query.name);
  return {
    project,
    kind: 'baseline',
    id,
    revision: 1,
    body,
    deleted: false,
    author: intent.author,
    reason: intent.reason,
    at: '',
  };
}
