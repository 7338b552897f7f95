import type { Finding } from '#libs/contracts';

/** Verdict: which rules alarm for a series in a window. */
export type Verdict = Readonly<Record<Rule, boolean>>;

export const rules = ['evidence', 'evidence and PSI > 0.1', 'PSI > 0.2', 'KS p < 0.05'] as const;
export type Rule = (typeof rules)[number];

const LEVEL = 0.05;

/** kolmogorovP: asymptotic p of the two-sample test (Kolmogorov 1933), as is customary. */
function kolmogorovP(distance: number, n: number, m: number): number {
  const x = Math.sqrt((n * m) / (n + m)) * distance;
  if (x < 0.2) return 1;
  let p = 0;
  for (let k = 1; k <= 20; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, p));
}

/** verdictsOf: what each rule says of each series, from the findings of one evaluation. */
export function verdictsOf(findings: readonly Finding[]): Verdict[] {
  const ks = new Map(findings.filter((f) => f.metric === 'kolmogorov_smirnov').map((f) => [f.feature, f]));
  return findings
    .filter((f) => f.metric === 'psi')
    .map(({ feature, value, pAdjusted, rows, baselineRows }) => {
      const psi = value ?? 0;
      const isEvident = (pAdjusted ?? 1) <= LEVEL;
      return {
        evidence: isEvident,
        'evidence and PSI > 0.1': isEvident && psi > 0.1,
        'PSI > 0.2': psi > 0.2,
        'KS p < 0.05': kolmogorovP(ks.get(feature)?.value ?? 0, rows, baselineRows) < LEVEL,
      };
    });
}
