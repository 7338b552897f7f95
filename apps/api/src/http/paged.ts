import { StoreError } from '#libs/store';
import { invalid } from './problem.js';

/** paged: what `list` answers. A cursor that is not ours is the caller's mistake, not the database's. */
export async function paged<T>(list: Promise<T>): Promise<T> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'BAD_CURSOR')
      throw invalid({
        field: 'query.before',
        message: 'is not a cursor of this list; take the one of its last item',
      });
    throw error;
  }
}
