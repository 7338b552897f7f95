-- Findings that were called `ok` though nothing was decided: those without a limit, and distances beyond their limit without evidence.
ALTER TABLE findings UPDATE status = 'no_limit', note = if(note = '', 'no limit is set', note)
WHERE status = 'ok' AND threshold IS NULL;
ALTER TABLE findings UPDATE status = 'inconclusive', note = if(note = '', 'beyond its limit, but the evidence did not hold', note)
WHERE status = 'ok' AND evidence = 'test' AND value > threshold AND metric IN (
  'psi', 'kullback_leibler', 'jensen_shannon', 'hellinger', 'total_variation', 'l_infinity', 'l_infinity_robust', 'kolmogorov_smirnov',
  'wasserstein', 'wasserstein_normalised', 'chi2'
);
