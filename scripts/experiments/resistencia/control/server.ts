/**
 * The service without an outbox: a confirmation goes into Redis and is kept nowhere else, and the same one again is another
 * job. Nobody signs here. `server.ts PORT REDIS_PORT DATABASE`
 */
import Database from 'better-sqlite3';
import { Queue } from 'bullmq';
import express from 'express';
import type { ControlJob } from './queue.ts';
import { CONTROL_QUEUE } from './queue.ts';

const [port, redisPort, file = ''] = process.argv.slice(2);
const queue = new Queue<ControlJob>(CONTROL_QUEUE, {
  connection: { host: '127.0.0.1', port: Number(redisPort) },
  defaultJobOptions: { attempts: 5, backoff: { type: 'exponential', delay: 500 } },
});
queue.on('error', () => undefined);
const insert = new Database(file).prepare(
  `insert into entrega (estado, pedido_id, direccion) values (@estado, @pedido_id, @direccion)`,
);

const app = express().use(express.json());
app.post('/api/v1/autorizador/signup', (_request, response) => {
  response.status(201).json({ token: 'sin sesión' });
});
app.post('/api/v1/autorizador/sign-data', (_request, response) => {
  response.json({ firma: 'sin firma' });
});
app.post('/api/v1/logistica/entregas', (request, response) => {
  response.status(201).json({ id: Number(insert.run(request.body).lastInsertRowid) });
});
app.post('/api/v1/logistica/entrega/:id/confirmar', async (request, response) => {
  const job = await queue.add('procesar_entrega', {
    ...(request.body as Omit<ControlJob, 'entrega_id'>),
    entrega_id: Number(request.params.id),
  });
  response.status(202).json({ task_id: job.id });
});
app.listen(Number(port), '127.0.0.1', () => process.send?.({ type: 'ready' }));
process.on('disconnect', () => process.exit());
