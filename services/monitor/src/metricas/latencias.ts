import type { Kysely } from 'kysely';
import { countPending } from '@medisupply/shared/metrics/outbox-metrics';
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

/** Nearest-rank; none without values. */
function percentiles(name: string, values: readonly number[]): Valores {
  if (values.length === 0) return {};
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
  return { [`${name}.p50`]: at(50), [`${name}.p95`]: at(95), [`${name}.p99`]: at(99) };
}
