const UNIT_MS = { W: 604_800_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 } as const;

/** Milliseconds of an ISO-8601 duration that `durationSchema` accepts; throws on anything else. */
export function durationMs(duration: string): number {
  const [date = '', time = ''] = duration.replace(/^P/, '').split('T');
  const parts = [...date.matchAll(/(\d+)([WD])/g), ...time.matchAll(/(\d+)([HMS])/g)];
  if (parts.length === 0) throw new Error(`'${duration}' is not an ISO-8601 duration such as P1D or PT15M`);
  return parts.reduce(
    (total, [, count, unit]) => total + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  );
}
