import { createHash } from 'node:crypto';
import {
  PREDICTION_FEATURES,
  RECONSTRUCTION_ERROR,
  type BiasPlan,
  type BinningBody,
  type Feature,
  type ModelBody,
  type ProjectionBody,
  type ScoreRule,
  type UncountedSegment,
} from '#libs/contracts';
import { Bindings } from '../segments/bindings.js';
import { featureColumns, NULL_TEXT, rawValue } from '../segments/feature-columns.js';
import { reconstructionSql } from '../segments/projection-sql.js';
import { segmentColumns, type NamedSegment } from '../segments/segment-column.js';

/** Raise it when a statement here counts differently: every bucket that is not sealed is then computed anew. */
const STATEMENTS = 2;

/** Everything that decides what the profile of a bucket looks like, apart from its rows. */
export type ProfilePlan = {
  project: string;
  model: string;
  version: string;
  /** `''` for live traffic, else the origin of a baseline's rows. */
  origin: string;
  binning: BinningBody;
  /** All features of the version, in order: they say where in a row a value lies. */
  features: Feature[];
  segments: NamedSegment[];
  /** Segments of the model that look at features which the version does not have; absent or empty when there are none. */
  uncounted?: UncountedSegment[];
  bucket: ModelBody['bucket'];
  timeZone: string;
  /** The origin has cells that were given and no rows: whatever else changes, they stay as they are. */
  given?: true;
  /** Facets that confusion is counted by; null or absent when the model has none. */
  bias?: BiasPlan | null;
  /** How scores become predicted classes; null or absent where labels are predicted. */
  scores?: ScoreRule | null;
  /** Principal components that rows are measured against; null or absent where no monitor asks for them. Its binning is among those of `binning`. */
  projection?: ProjectionBody | null;
  /** Whether attributions are counted: only where a baseline or a monitor has something to compare them with. */
  attributions?: boolean;
};

/** SQL of the value that a binning's feature is counted on; undefined when the version has no such feature. */
export function valueOf(plan: ProfilePlan, feature: string, bindings = new Bindings()): string | undefined {
  if (feature === RECONSTRUCTION_ERROR)
    return plan.projection
      ? reconstructionSql(plan.projection, featureColumns(plan.features), bindings)
      : undefined;
  if (feature === PREDICTION_FEATURES.score) return 'score';
  if (feature === PREDICTION_FEATURES.value) return 'value';
  if (feature === PREDICTION_FEATURES.label) return `if(label = '', ${NULL_TEXT}, label)`;
  const column = featureColumns(plan.features).get(feature);
  return column === undefined ? undefined : rawValue(column);
}

/**
 * planHash: names a plan, so that a bucket profiled under another one is dirty. Features that were appended to the schema and are
 * neither binned nor part of a segment change nothing.
 */
export function planHash(plan: ProfilePlan): bigint {
  if (plan.given === true) return digest(['given', plan.binning.hash]);
  const bindings = new Bindings();
  const segments = segmentColumns(plan.segments, plan.features, bindings);
  const values = plan.binning.features.map(({ feature, kind }) => [
    feature,
    kind,
    valueOf(plan, feature, bindings),
  ]);
  const also = [
    ...(plan.bias ? [plan.bias] : []),
    ...(plan.scores ? [plan.scores] : []),
    ...(plan.attributions === true ? ['attributions'] : []),
  ];
  const content = [STATEMENTS, plan.binning.hash, plan.timeZone, values, segments, bindings.params, ...also];
  return digest(content);
}

const digest = (content: unknown): bigint =>
  BigInt(`0x${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)}`);
