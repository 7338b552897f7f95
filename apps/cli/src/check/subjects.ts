import type { BiasSettings, Feature } from '#libs/contracts';
import { nearest } from '#libs/platform';

/** What monitors may speak of. */
export type Subjects = {
  features: readonly Feature[];
  facets: BiasSettings | undefined;
  /** Features that some column explains. */
  explained: ReadonlySet<string>;
};

/** At: where in the configuration something stands, for a message. */
export type At = (inner: PropertyKey[]) => string;

/** unknown: that a name is not known, with the nearest one that is. */
export const unknown = (what: string, name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return `there is no ${what} '${name}'${near === undefined ? `; known are ${known.slice(0, 20).join(', ')}` : `; did you mean '${near}'?`}`;
};
