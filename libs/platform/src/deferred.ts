/** Deferred: a promise and the two ways to settle it. */
export type Deferred<T> = {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
};

/** deferred: for races against a timer or a signal, where the settling code lives outside of the promise. */
export const deferred = <T>(): Deferred<T> => {
  const parts: Partial<Deferred<T>> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return Object.assign(parts, { promise }) as Deferred<T>;
};
