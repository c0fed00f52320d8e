/** Fills the database as years of work would: copies of a delivery that was confirmed and applied, with all that belongs to it. */
import Database from 'better-sqlite3';
import { setTimeout as delay } from 'node:timers/promises';

const CHUNK = 2_000;
/** The platform goes on working between two chunks (ms). */
const TURN = 5;
const PATIENCE = 30_000;

export interface Copied {
  table: string;
  /** Which of its rows belong to a delivery, and to its task. */
  of: 'id' | 'entrega_id' | 'task_id';
  /** Given by the database. */
  key?: string;
}

export const TABLES: readonly Copied[] = [
  { table: 'entrega', of: 'id' },
  { table: 'entrega_historial', of: 'entrega_id', key: 'id' },
  { table: 'tarea', of: 'entrega_id', key: 'seq' },
  { table: 'tarea_procesada', of: 'task_id' },
  { table: 'confirmacion', of: 'entrega_id' },
  { table: 'evento', of: 'entrega_id', key: 'id' },
];

/**
 * Adds `count` deliveries.
 * @returns by how many bytes each made the database grow
 */
export async function fillDatabase(file: string, count: number): Promise<number> {
  const db = new Database(file, { timeout: PATIENCE });
  try {
    const template = db
      .prepare(
        "select id, task_id from entrega join tarea on entrega_id = id where entrega.estado = 'ENTREGADA' limit 1",
      )
      .get() as { id: number; task_id: string } | undefined;
    if (!template) throw new Error('no delivery has been applied that could be copied');
    const copies = TABLES.map((copied) => db.prepare(copyStatement(db, copied)));
    const newest = db.prepare('select max(id) from entrega').pluck();
    const bytes = () =>
      (db.pragma('page_count', { simple: true }) as number) *
      (db.pragma('page_size', { simple: true }) as number);
    const copy = db.transaction((chunk: number) => {
      const base = newest.get() as number;
      for (const statement of copies) statement.run({ ...template, base, chunk });
    });
    const before = bytes();
    for (let left = count; left > 0; left -= CHUNK) {
      copy.immediate(Math.min(CHUNK, left));
      await delay(TURN);
    }
    // What follows is not to pay for what was filled in.
    db.pragma('wal_checkpoint(truncate)');
    return (bytes() - before) / count;
  } finally {
    db.close();
  }
}

/** Ids are as long as real ones; what is unique gets the number of its copy. */
function copyStatement(db: Database.Database, { table, of, key }: Copied): string {
  const number = `printf('%08d', @base + i)`;
  const values: Record<string, string> = {
    [of === 'id' ? 'id' : 'entrega_id']: '@base + i',
    task_id: `iif(task_id is null, null, '${'0'.repeat(8)}-0000-4000-8000-0000' || ${number})`,
    pedido_id: `'PED-' || printf('%010d', @base + i)`,
    jti: `'00000000-0000-4000-8000-0000' || ${number}`,
  };
  const columns = (db.pragma(`table_info(${table})`) as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== key);
  const template = of === 'task_id' ? '@task_id' : '@id';
  return `with recursive copia (i) as (select 1 union all select i + 1 from copia where i < @chunk)
    insert into ${table} (${columns.join(', ')})
    select ${columns.map((name) => values[name] ?? `t.${name}`).join(', ')}
    from copia cross join ${table} t where t.${of} = ${template}`;
}
