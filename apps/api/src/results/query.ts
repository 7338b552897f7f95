import { nameSchema } from '#libs/contracts';
import { z } from 'zod';

/** limitQuery: how many items an answer holds at most. */
export const limitQuery = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback).describe(`1 to ${max}.`);

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional();

/** windowFilter: which windows are meant; those that overlap [from, to). */
export const windowFilter = {
  model: nameSchema.optional(),
  version: nameSchema.optional(),
  monitor: nameSchema.optional(),
  from: instant,
  to: instant,
};

type Filter = { from?: number | undefined; to?: number | undefined };

/** without undefined: a filter holds what was asked for and nothing else. */
type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export const given = <T extends object>(filter: T): Given<T> =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Given<T>;

/** toStoreFilter: `from` and `to` under the names of the store. */
export const toStoreFilter = <T extends Filter & { limit: number }>({ from, to, limit, ...rest }: T) => ({
  ...given(rest),
  ...given({ fromMs: from, toMs: to }),
  limit,
});
