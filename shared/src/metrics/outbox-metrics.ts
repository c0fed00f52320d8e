import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import type { OutboxTables } from '../queueing/store/tables.ts';
import { registerGauge } from './gauge.ts';

/** Counting stops here: a scrape costs the same whatever has piled up. */
const MAX_COUNTED = 100_000;

/** What waits in the outbox and what is in quarantine, read from the tables at each scrape. */
export function registerOutboxMetrics(registry: Registry, db: Kysely<OutboxTables>): void {
  registerGauge(registry, {
    name: 'medisupply_outbox_pending',
    help: `Messages that wait to be sent to Redis (counted up to ${MAX_COUNTED})`,
    read: () => countPending(db),
  });
  registerGauge(registry, {
    name: 'medisupply_outbox_oldest_seconds',
    help: 'For how long the oldest message that is due has waited; 0 without one',
    read: () => oldestPending(db, Date.now()),
  });
  registerGauge(registry, {
    name: 'medisupply_quarantined_jobs',
    help: `Jobs found in a queue without being genuine, of the last 90 days (counted up to ${MAX_COUNTED})`,
    read: () => countQuarantined(db),
  });
  registerGauge(registry, {
    name: 'medisupply_outbox_resent',
    help: 'Tasks that are not done although a job of theirs ended: above 0 for long, somebody alters the queues',
    read: () => countResent(db),
  });
}

/** Messages that wait to be sent, counted up to 100,000. */
export async function countPending(db: Kysely<OutboxTables>): Promise<number> {
  const { total } = await db
    .selectFrom(
      db.selectFrom('outbox').select('seq').where('estado', '=', 'PENDIENTE').limit(MAX_COUNTED).as('rows'),
    )
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

async function oldestPending(db: Kysely<OutboxTables>, now: number): Promise<number> {
  const oldest = await db
    .selectFrom('outbox')
    .select('disponible')
    .where('estado', '=', 'PENDIENTE')
    .orderBy('disponible')
    .limit(1)
    .executeTakeFirst();
  return oldest ? Math.max(0, now - oldest.disponible) / 1_000 : 0;
}

async function countResent(db: Kysely<OutboxTables>): Promise<number> {
  const { total } = await db
    .selectFrom('outbox')
    .where('reenvios', '>', 0)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

async function countQuarantined(db: Kysely<OutboxTables>): Promise<number> {
  const { total } = await db
    .selectFrom(db.selectFrom('cuarentena').select('id').limit(MAX_COUNTED).as('rows'))
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}
