import { storedAs, type Feature, type VersionBody } from '#libs/contracts';

/** Slot: where a feature's value goes in a row: its position among those stored as numbers, or among all others. */
export type Slot = { readonly type: Feature['type']; readonly position: number; readonly index: number };

/** Layout: the positions of a version's features under one revision of its schema. A schema only grows, so positions never change. */
export type Layout = {
  readonly revision: number;
  readonly status: VersionBody['status'];
  readonly slots: ReadonlyMap<string, Slot>;
  readonly numericCount: number;
  readonly categoricalCount: number;
};

/** layoutOf: `index` counts all features in order; attributions are stored by it. */
export const layoutOf = (
  revision: number,
  { features, status }: Pick<VersionBody, 'features' | 'status'>,
): Layout => {
  const slots = new Map<string, Slot>();
  let numericCount = 0;
  let categoricalCount = 0;
  for (const [index, { name, type }] of features.entries()) {
    const position = storedAs(type) === 'numeric' ? numericCount++ : categoricalCount++;
    slots.set(name, { type, position, index });
  }
  return { revision, status, slots, numericCount, categoricalCount };
};
