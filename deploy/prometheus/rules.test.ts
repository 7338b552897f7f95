import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metrics } from '#libs/service';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { IngestMetrics } from '../../apps/ingest/src/flow/ingest-metrics.js';
import { WorkerMetrics } from '../../apps/worker/src/worker-metrics.js';

type Rule = {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
};
const text = readFileSync(join(import.meta.dirname, 'plumbline.rules.yaml'), 'utf8');
const { groups } = parse(text, { strict: true, uniqueKeys: true }) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** Metric → its labels, of all apps that the rules speak of. */
const metrics = new Metrics('test');
new IngestMetrics(metrics);
new WorkerMetrics(metrics);
const labelsOf = new Map(
  metrics.registry
    .getMetricsAsArray()
    .map((metric) => [metric.name, (metric as unknown as { labelNames: string[] }).labelNames]),
);

describe('Prometheus rules', () => {
  it('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each(rules)('$alert speaks of metrics and labels that exist, and says what to do', (rule) => {
    const names = rule.expr.match(/plumbline_\w+/g) ?? [];
    expect(names.length).toBeGreaterThan(0);
    const known = names.flatMap((name) => labelsOf.get(name) ?? [`no metric ${name}`]);
    for (const name of names) expect([...labelsOf.keys()]).toContain(name);
    const filtered = [...rule.expr.matchAll(/\{(\w+)=/g)].map((match) => match[1]);
    const grouped = [...rule.expr.matchAll(/by \(([^)]+)\)/g)].flatMap(
      (match) => match[1]?.split(', ') ?? [],
    );
    const shown = [...(rule.annotations['summary'] ?? '').matchAll(/\$labels\.(\w+)/g)].map(
      (match) => match[1],
    );
    for (const label of [...filtered, ...grouped, ...shown]) expect(known).toContain(label);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'action']);
    expect(['info', 'warning', 'critical']).toContain(rule.labels.severity);
  });
});
