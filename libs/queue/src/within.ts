/** QueueUnavailableError: Redis did not answer in time; what was asked may still happen later. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

/** within: bounds a call. BullMQ waits for a Redis that is away without limit, and a request must not. */
export const within = async <T>(ms: number, what: string, act: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new QueueUnavailableError(`${what}: Redis did not answer within ${ms} ms`)),
      ms,
    );
  });
  try {
    return await Promise.race([act, late]);
  } finally {
    clearTimeout(timer);
  }
};
