import type { Registry } from 'prom-client';
import { registerGauges } from './gauge.ts';

const VALUE = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/** State of the circuit breaker in front of each service that this process calls. */
export const registerBreakers = (
  registry: Registry,
  clients: Readonly<Record<string, { breakerState(): keyof typeof VALUE }>>,
): void =>
  registerGauges(registry, {
    name: 'medisupply_circuit_breaker_open',
    help: 'Circuit breaker by target: 0 closed, 0.5 half open, 1 open',
    labels: ['target'],
    read: () =>
      Object.entries(clients).map(([target, client]) => ({
        labels: { target },
        value: VALUE[client.breakerState()],
      })),
  });
