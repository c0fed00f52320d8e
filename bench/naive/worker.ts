/**
 * Applying the naive way: one commit for each job, that a delivery is ENTREGADA and what happened. `worker.ts REDIS_PORT
 * DATABASE ROWS`. Asked anything, it answers how many it has applied.
 */
import { Worker } from 'bullmq';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import { NAIVE_QUEUE } from './queue.ts';

const [redisPort, file = '', rows] = process.argv.slice(2);
const db = openHandle(file);
db.exec(`create table if not exists entregas (id integer primary key, estado text not null, nombre_recibe text, firma_recibe text, firma text, actualizada integer);
create table if not exists eventos (id integer primary key, entrega_id integer not null, tipo text not null, momento integer not null)`);
const seed = db.prepare(
  `insert into entregas (id, estado) values (?, 'EN_CAMINO') on conflict (id) do update set estado = 'EN_CAMINO'`,
);
db.transaction(() => {
  for (let id = 1; id <= Number(rows); id += 1) seed.run(id);
})();

interface Job {
  entrega_id: number;
  nombre_recibe: string;
  firma_recibe: string;
  firma_payload: string;
}

const update = db.prepare(
  `update entregas set estado = 'ENTREGADA', nombre_recibe = ?, firma_recibe = ?, firma = ?, actualizada = ? where id = ?`,
);
const event = db.prepare('insert into eventos (entrega_id, tipo, momento) values (?, ?, ?)');
const apply = db.transaction((job: Job) => {
  const now = Date.now();
  update.run(job.nombre_recibe, job.firma_recibe, job.firma_payload, now, job.entrega_id);
  event.run(job.entrega_id, 'aplicada', now);
});

let applied = 0;
const worker = new Worker<Job>(
  NAIVE_QUEUE,
  async ({ data }) => {
    apply(data);
    applied += 1;
  },
  { connection: { host: '127.0.0.1', port: Number(redisPort) }, concurrency: 32 },
);
await worker.waitUntilReady();
process.on('message', () => process.send?.({ applied }));
process.on('disconnect', () => process.exit());
process.send?.('ready');
