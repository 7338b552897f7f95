import type { Finding } from '#libs/contracts';
import { evaluate } from '#libs/monitoring';
import { benjaminiHochberg } from '#libs/stats';
import type { Observed } from './worlds.js';

/** Verdict: which rules alarm for a series in a window. */
export type Verdict = Readonly<Record<Rule, boolean>>;

/** rules: ours, with and without a limit; what a test could do that knows the generator; what is customary. */
export const rules = [
  'evidence',
  'evidence and PSI > 0.1',
  'who knows the generator',
  'PSI > 0.2',
  'KS p < 0.05',
] as const;
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

function verdictOf(psi: Finding, ks: Finding | undefined, oracle: number): Verdict {
  const size = psi.value ?? 0;
  const isEvident = psi.evidence === 'exact' || (psi.pAdjusted ?? 1) <= LEVEL;
  return {
    evidence: isEvident,
    'evidence and PSI > 0.1': isEvident && size > 0.1,
    'who knows the generator': oracle <= LEVEL,
    'PSI > 0.2': size > 0.2,
    'KS p < 0.05': kolmogorovP(ks?.value ?? 0, psi.rows, psi.baselineRows) < LEVEL,
  };
}

/** verdictsOf: what each rule says of each series in a window. */
export function verdictsOf({ input, oracle }: Observed): Verdict[] {
  const findings = evaluate(input);
  const ks = new Map(findings.filter((f) => f.metric === 'kolmogorov_smirnov').map((f) => [f.feature, f]));
  const known = benjaminiHochberg(oracle.map((p) => p ?? 1));
  return findings
    .filter((finding) => finding.metric === 'psi')
    .map((psi, series) => verdictOf(psi, ks.get(psi.feature), known[series] ?? 1));
}

/** rulesOf: a test that knows the generator there is not everywhere. */
export const rulesOf = ({ oracle }: Observed): Rule[] =>
  rules.filter((rule) => rule !== 'who knows the generator' || oracle.some((p) => p !== null));
