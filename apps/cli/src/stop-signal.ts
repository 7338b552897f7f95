const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts on the first signal to stop. Later ones change nothing, since Ctrl-C under npm arrives twice and every stop has a deadline of
 * its own.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of signals) {
    process.on(name, () => {
      if (controller.signal.aborted) return;
      console.log('Stopping …');
      controller.abort();
    });
  }
  return controller.signal;
}
