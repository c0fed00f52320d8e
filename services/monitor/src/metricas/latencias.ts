import type { Kysely } from 'kysely';
import { countPending } from '@medisupply/shared/metrics/outbox-metrics';
import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import type { Valores } from './metricas.repository.ts';

/** Deliveries that ended within this are measured (ms). */
const WINDOW = 5 * 60_000;
/** The newest deliveries that are looked at: bounds the cost, whatever the database holds. */
const MAX_ROWS = 1_000;

/** How long deliveries took from accepted to applied, and how much waits to be sent; from logistica's tables. */
export async function medirLatencias(tareas: Kysely<OutboxTables>, now: number): Promise<Valores> {
  const rows = await tareas
    .selectFrom('tarea')
    .select(['estado', 'creada', 'iniciada', 'terminada'])
    .where('tipo', '=', procesarEntrega.name)
    .orderBy('seq', 'desc')
    .limit(MAX_ROWS)
    .execute();
  const recent = rows.flatMap(({ estado, creada, iniciada, terminada }) =>
    estado === 'SUCCESS' && terminada !== null && terminada > now - WINDOW
      ? [{ total: terminada - creada, espera: (iniciada ?? terminada) - creada }]
      : [],
  );
  return {
    'outbox.pendientes': await countPending(tareas),
    'entrega.aplicadas_5m': recent.length,
    ...percentiles(
      'entrega.total_ms',
      recent.map((row) => row.total),
    ),
    ...percentiles(
      'entrega.espera_ms',
      recent.map((row) => row.espera),
    ),
  };
}

/** None without values. */
function percentiles(name: string, values: readonly number[]): Valores {
  if (values.length === 0) return {};
  const at = percentilesOf(values);
  return { [`${name}.p50`]: at(0.5)!, [`${name}.p95`]: at(0.95)!, [`${name}.p99`]: at(0.99)! };
}
