import { combinationsOf, type FacetLevel, type FacetSet } from '#libs/contracts';

/** Comparison: one group against the favoured one, by the places of both in the cell of a facet set. */
export type Comparison = {
  readonly facet: string;
  /** Name of the group, e.g. `women` or `women × above 40`. */
  readonly facetValue: string;
  readonly favouredName: string;
  readonly disfavoured: readonly number[];
  readonly favoured: readonly number[];
};

type Place = { readonly combination: number; readonly levels: readonly FacetLevel[] };

/** placesOf: every combination in which each facet has a level; nobody's places are left out. */
function placesOf({ levels }: Pick<FacetSet, 'levels'>): Place[] {
  return levels.reduce<Place[]>(
    (places, each) =>
      places.flatMap((place) =>
        each.map((level, index) => ({
          combination: place.combination * (each.length + 1) + index + 1,
          levels: [...place.levels, level],
        })),
      ),
    [{ combination: 0, levels: [] }],
  );
}

const nameOf = (levels: readonly FacetLevel[]): string => levels.map(({ name }) => name).join(' × ');
const isFavoured = ({ levels }: Place): boolean => levels.every(({ disfavoured }) => !disfavoured);

/**
 * comparisonsOf: of one facet, each disfavoured level against all favoured ones; of several, each combination that is disfavoured in any of
 * them against those that are favoured in all, so that women under 40 are told apart from women over 40.
 */
export function comparisonsOf(set: FacetSet): Comparison[] {
  const places = placesOf(set);
  const favoured = places.filter(isFavoured);
  const favouredName = favoured.map(({ levels }) => nameOf(levels)).join(' or ');
  return places
    .filter((place) => !isFavoured(place))
    .map(({ combination, levels }) => ({
      facet: set.name,
      facetValue: nameOf(levels),
      favouredName,
      disfavoured: [combination],
      favoured: favoured.map((place) => place.combination),
    }));
}

/** knownPlaces: the combinations that belong to somebody. */
export const knownPlaces = (set: FacetSet): number[] => placesOf(set).map(({ combination }) => combination);

/** countOf: how many places a cell of the set has, without groups and outcomes. */
export const countOf = (set: FacetSet): number => combinationsOf(set);
