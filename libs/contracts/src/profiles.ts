/** A cell without a facet, feature or label keeps the empty string there. */
type CellKey = { segment: string; segmentValue: string; feature: string };

type Counted = {
  /** Rows of the segment value, whatever they hold. */
  rows: number;
  nulls: number;
  /** Values of a wrong type; their text is kept with the row. */
  invalid: number;
  /** Parts of a baseline only: rows in the cells of the whole that evidence is made over, kept instead of `counts` where nothing else is asked of them. */
  coarse?: number[];
};

/** Numeric values under one binning; merges by adding (min and max by their namesakes). */
export type NumericCell = CellKey &
  Counted & {
    kind: 'numeric';
    /** One count per bin of the binning, without under and over. */
    counts: number[];
    under: number;
    underSum: number;
    over: number;
    overSum: number;
    /** Values below 0, counted where the bins start at 0 or above: elsewhere they are nothing new. */
    negatives?: number;
    /** Over all finite values. Null when there is none. */
    min: number | null;
    max: number | null;
    sum: number;
    sumSquares: number;
  };

/** Category counts under one vocabulary; merges by adding. */
export type CategoricalCell = CellKey &
  Counted & {
    kind: 'categorical';
    /** One count per category of the binning. */
    counts: number[];
    /** Present values that the vocabulary does not hold. */
    unseen: number;
    /** The most frequent unseen values (at most 20). */
    topUnseen: Record<string, number>;
    /** Identifiers only: different values within each bucket, added up; approximate beyond some thousands. */
    distinct?: number;
  };

/** Label × predicted counts; merges by adding. Rows without a label count in `rows` only. */
export type ConfusionCell = CellKey & {
  kind: 'confusion';
  rows: number;
  labelled: number;
  /** label → predicted → count. */
  counts: Record<string, Record<string, number>>;
};

/** The rows themselves; merges by adding. */
export type RowsCell = CellKey & {
  kind: 'rows';
  rows: number;
  /** Rows of different content (of the first 40 binned features) within each bucket, added up; approximate beyond some thousands. */
  distinct: number;
};

export type ProfileCell = NumericCell | CategoricalCell | ConfusionCell | RowsCell;

/** Cells that count the values of a feature; all others speak of rows. */
export type FeatureCell = NumericCell | CategoricalCell;
export const isFeatureCell = (cell: ProfileCell): cell is FeatureCell =>
  cell.kind === 'numeric' || cell.kind === 'categorical';

/** Counts by group of a facet (or intersection), group variable, truth and prediction; merges by adding. `feature` names the facet set. */
export type FacetCell = CellKey & {
  kind: 'facet';
  rows: number;
  labelled: number;
  /** By combination of levels, then group value, then truth, then prediction: see facets.ts. */
  counts: number[];
};

/** Attributions of one feature, over rows; merges by adding. An empty feature stands for the rows as a whole. */
export type AttributionCell = CellKey & {
  kind: 'attribution';
  rows: number;
  /** Rows with attributions at all. */
  explained: number;
  /** Explained rows without a number for this feature. */
  nulls: number;
  /** Explained rows with NaN or infinity for it; for the empty feature, rows that explain unknown features. */
  invalid: number;
  /** By |φ|: see attributions.ts. */
  counts: number[];
  negative: number;
  positive: number;
  sum: number;
  sumAbs: number;
  sumSquares: number;
  /** Of the empty feature: names of unknown features and how many rows explain them. */
  unknown: Record<string, number>;
};

/** All cells of one (model version, origin, binning) over one run of buckets or days. */
export type Profile = { cells: ProfileCell[]; facets?: FacetCell[]; attributions?: AttributionCell[] };

/** One chunk of a baseline or one day of a window: what deff and history are made from. */
export type ProfileChunk = Profile & { startMs: number };

/** Which rows are meant: live traffic, or those of one baseline. */
export const LIVE_ORIGIN = '';
export const baselineOrigin = (baselineId: string): string => `baseline:${baselineId}`;
