import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';

/** A figure that is read at each scrape. One that cannot be read is NaN, and does not take the others with it. */
export function registerGauge(
  registry: Registry,
  gauge: { name: string; help: string; read: () => number | Promise<number> },
): void {
  registry.registerMetric(
    new Gauge({
      name: gauge.name,
      help: gauge.help,
      registers: [],
      async collect() {
        try {
          this.set(await gauge.read());
        } catch {
          this.set(Number.NaN);
        }
      },
    }),
  );
}

/** Figures by one label; those that cannot be read are absent. */
export function registerGauges(
  registry: Registry,
  gauges: {
    name: string;
    help: string;
    labels: readonly string[];
    read: () => GaugeValues | Promise<GaugeValues>;
  },
): void {
  registry.registerMetric(
    new Gauge({
      name: gauges.name,
      help: gauges.help,
      labelNames: gauges.labels,
      registers: [],
      async collect() {
        this.reset();
        try {
          for (const { labels, value } of await gauges.read()) this.set(labels, value);
        } catch {
          // A gap is the truth.
        }
      },
    }),
  );
}

type GaugeValues = readonly { labels: Readonly<Record<string, string>>; value: number }[];
