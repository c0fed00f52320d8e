/** The worker without idempotency: what it is given is applied, as often as it is given. `worker.ts REDIS_PORT DATABASE` */
import Database from 'better-sqlite3';
import { Worker } from 'bullmq';
import type { ControlJob } from './queue.ts';
import { CONTROL_QUEUE } from './queue.ts';

const [redisPort, file = ''] = process.argv.slice(2);
const db = new Database(file);
const statements = [
  `update entrega set estado = 'ENTREGADA', direccion = @direccion, nombre_recibe = @nombre_recibe, firma_recibe = @firma_recibe where id = @entrega_id`,
  `insert into entrega_historial (entrega_id, estado, momento) values (@entrega_id, 'ENTREGADA', @momento)`,
  `insert into confirmacion (task_id, entrega_id, estado) values (@task_id, @entrega_id, 'APLICADA')`,
  `insert into evento (entrega_id, tipo) values (@entrega_id, 'aplicada')`,
  `insert into movimiento_inventario (entrega_id, tipo, cantidad) values (@entrega_id, 'SALIDA', -1)`,
  `update producto set stock = stock - 1`,
].map((statement) => db.prepare(statement));
const apply = db.transaction((values: ControlJob & { task_id: string | undefined; momento: number }) => {
  for (const statement of statements) statement.run(values);
});

const worker = new Worker<ControlJob>(
  CONTROL_QUEUE,
  async ({ id, data }) => apply({ ...data, task_id: id, momento: Date.now() }),
  { connection: { host: '127.0.0.1', port: Number(redisPort) }, concurrency: 32 },
);
worker.on('error', () => undefined);
process.on('disconnect', () => process.exit());
