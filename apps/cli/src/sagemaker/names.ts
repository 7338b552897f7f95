/** sageMakerName: how SageMaker spells a column: lower case, anything special as an underscore. */
export const sageMakerName = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}_]/gu, '_');

/** Matched: the name here, or why there is none. */
export type Matched = { name: string } | { why: string };

export const isMatched = (matched: Matched): matched is { name: string } => 'name' in matched;

/**
 * nameMatcher: finds the feature that a column of SageMaker stands for: by its very name, else by the name as SageMaker would spell it.
 * Where nothing is known yet, the name is taken as it is.
 */
export function nameMatcher(known: readonly string[]): (column: string) => Matched {
  if (known.length === 0) return (column) => ({ name: column });
  const bySpelling = Map.groupBy(known, sageMakerName);
  return (column) => {
    if (known.includes(column)) return { name: column };
    const candidates = bySpelling.get(sageMakerName(column)) ?? [];
    const [first] = candidates;
    if (first === undefined) return { why: 'the version has no feature of this name' };
    return candidates.length === 1
      ? { name: first }
      : { why: `${candidates.join(' and ')} are spelled alike in SageMaker` };
  };
}
