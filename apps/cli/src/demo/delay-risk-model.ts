import LogisticRegression from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';

/** What the model sees of a flight, as the inference service would build it. */
export type FlightFeatures = {
  distance: number;
  origin: string;
  destination: string;
  /** Hour of departure, 0–23. */
  hour: number;
};

type Scored = { label: 'late' | 'on-time'; score: number; attributions: Record<string, number> };
export type DelayRiskModel = { score: (flight: FlightFeatures) => Scored };

const LATE_MINUTES = 15;
export const isLate = (delayMinutes: number): boolean => delayMinutes > LATE_MINUTES;

const TRAINING = { numSteps: 150, stepOverRows: 2 };
const LARGEST_AIRPORTS = 25;

/** One column of the design matrix: which feature it belongs to and how it is read. */
type Column = { feature: keyof FlightFeatures; read: (flight: FlightFeatures) => number };

/**
 * Logistic regression on one-hot airports and hours and on distance. Attributions are exact for it:
 * weight × (value − mean) summed over a feature's columns, in log-odds (linear SHAP with independent features).
 */
export function trainDelayRisk(flights: FlightFeatures[], late: boolean[]): DelayRiskModel {
  const columns = designColumns(flights);
  const raw = flights.map((flight) => columns.map((column) => column.read(flight)));
  const { means, deviations } = standardisation(raw, columns.length);
  const standardise = (values: number[]) =>
    values.map((x, j) => (x - (means[j] ?? 0)) / (deviations[j] ?? 1));
  const design = new Matrix(raw.map((values) => [1, ...standardise(values)]));
  const [intercept = 0, ...weights] = fit(design, late);
  const contributions = (flight: FlightFeatures) =>
    standardise(columns.map((column) => column.read(flight))).map((z, j) => z * (weights[j] ?? 0));
  const probability = (parts: number[]) => 1 / (1 + Math.exp(-parts.reduce((sum, x) => sum + x, intercept)));
  const cut = rateMatchingCut(
    flights.map((flight) => probability(contributions(flight))),
    late,
  );
  return {
    score: (flight) => {
      const parts = contributions(flight);
      const score = probability(parts);
      return { label: score >= cut ? 'late' : 'on-time', score, attributions: attribute(columns, parts) };
    },
  };
}

function designColumns(flights: FlightFeatures[]): Column[] {
  const indicator = (feature: keyof FlightFeatures, values: (string | number)[]): Column[] =>
    values.map((value) => ({ feature, read: (flight) => (flight[feature] === value ? 1 : 0) }));
  return [
    { feature: 'distance', read: (flight) => flight.distance },
    ...indicator('origin', mostFrequent(flights.map((f) => f.origin))),
    ...indicator('destination', mostFrequent(flights.map((f) => f.destination))),
    ...indicator(
      'hour',
      Array.from({ length: 18 }, (_, i) => i + 6),
    ),
  ];
}

function mostFrequent(values: string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .slice(0, LARGEST_AIRPORTS)
    .map(([value]) => value);
}

function standardisation(rows: number[][], width: number) {
  const means = Array.from(
    { length: width },
    (_, j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length,
  );
  const deviations = means.map((mean, j) => {
    const variance = rows.reduce((sum, row) => sum + ((row[j] ?? 0) - mean) ** 2, 0) / rows.length;
    return Math.sqrt(variance) || 1;
  });
  return { means, deviations };
}

/** The library's classifier i separates class i (as 0) from the rest (as 1), so classifier 0 gives the weights of `late`. */
function fit(design: Matrix, late: boolean[]): number[] {
  const regression = new LogisticRegression({
    numSteps: TRAINING.numSteps,
    learningRate: TRAINING.stepOverRows / design.rows,
  });
  regression.train(design, Matrix.columnVector(late.map(Number)));
  const weights = regression.classifiers[0]?.weights;
  if (weights === undefined) throw new Error('training gave no weights: were both classes present?');
  return weights.to1DArray();
}

/** The score that labels as many flights late as were late, so that predictions keep the base rate. */
function rateMatchingCut(scores: number[], late: boolean[]): number {
  const positives = late.filter(Boolean).length;
  return scores.sort((a, b) => b - a)[positives] ?? 0.5;
}

function attribute(columns: Column[], parts: number[]): Record<string, number> {
  const attributions: Record<string, number> = {};
  parts.forEach((part, j) => {
    const feature = columns[j]?.feature;
    if (feature !== undefined) attributions[feature] = (attributions[feature] ?? 0) + part;
  });
  return attributions;
}
