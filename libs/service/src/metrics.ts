import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'plumbline_';

type Described<L extends string> = { name: string; help: string; labels?: readonly L[] };

/**
 * Metrics: one registry per process. Names get the prefix `plumbline_`; a counter's name ends in `_total`, units are in the
 * name (`_seconds`, `_bytes`). Labels must have few values: never an id or a segment value.
 */
export class Metrics {
  readonly registry = new Registry();

  constructor(app: string) {
    this.registry.setDefaultLabels({ app });
    collectDefaultMetrics({ register: this.registry, prefix: PREFIX });
  }

  counter<L extends string = never>({ name, help, labels = [] }: Described<L>): Counter<L> {
    return new Counter({ name: `${PREFIX}${name}`, help, labelNames: labels, registers: [this.registry] });
  }

  /** gauge: `collect`, where given, sets the value at each scrape. */
  gauge<L extends string = never>(
    { name, help, labels = [] }: Described<L>,
    collect?: (gauge: Gauge<L>) => void | Promise<void>,
  ): Gauge<L> {
    const base = { name: `${PREFIX}${name}`, help, labelNames: labels, registers: [this.registry] };
    if (collect === undefined) return new Gauge(base);
    return new Gauge({
      ...base,
      collect() {
        return collect(this);
      },
    });
  }

  /** histogram: buckets are in the unit of the name; the default suits durations in seconds from 5 ms to 60 s. */
  histogram<L extends string = never>({
    name,
    help,
    labels = [],
    buckets = DURATION_BUCKETS_SECONDS,
  }: Described<L> & { buckets?: number[] }): Histogram<L> {
    return new Histogram({
      name: `${PREFIX}${name}`,
      help,
      labelNames: labels,
      buckets,
      registers: [this.registry],
    });
  }

  /** text: the exposition for a scrape. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}

const DURATION_BUCKETS_SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
