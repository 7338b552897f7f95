/** An aggregate over rows that can also be made of parts: SQL over rows, and how parts come together. */
export type Aggregate = {
  name: string;
  /** SQL over rows; `state` where a part is another thing than a whole. */
  whole: string;
  state?: string;
  /** Function over parts. */
  merge: string;
};

/** summed: an aggregate whose parts add up. */
export const summed = (whole: string, name: string): Aggregate => ({ name, whole, merge: 'sum' });

/** combined: an aggregate whose parts are states that its own function puts together. `sizes`: its parameters, with their brackets. */
export const combined = (
  name: string,
  { of, sizes = '', args }: { of: string; sizes?: string; args: string },
): Aggregate => ({
  name,
  whole: `${of}${sizes}(${args})`,
  state: `${of}State${sizes}(${args})`,
  merge: `${of}Merge${sizes}`,
});

/** ofRows: SQL select list of aggregates over rows. */
export const ofRows = (aggregates: readonly Aggregate[]): string =>
  aggregates.map(({ name, whole }) => `${whole} AS ${name}`).join(', ');

/** partsOf: SQL select list of what `ofParts` puts together. */
export const partsOf = (aggregates: readonly Aggregate[]): string =>
  aggregates.map(({ name, whole, state }) => `${state ?? whole} AS part_${name}`).join(', ');

/** ofParts: SQL select list of aggregates over parts: the same values as over the rows, but for rounding of sums. */
export const ofParts = (aggregates: readonly Aggregate[]): string =>
  aggregates.map(({ name, merge }) => `${merge}(part_${name}) AS ${name}`).join(', ');
