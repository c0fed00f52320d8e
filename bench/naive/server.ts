/** Confirming the naive way: verify, `queue.add`, answer. Nothing is kept before Redis has it. `server.ts REDIS_PORT JWKS_FILE` */
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import express from 'express';
import { confirmationCheck } from '../parts/confirmation-check.ts';
import { NAIVE_QUEUE } from './queue.ts';

const [redisPort, jwksFile = ''] = process.argv.slice(2);
const queue = new Queue(NAIVE_QUEUE, {
  connection: { host: '127.0.0.1', port: Number(redisPort) },
  defaultJobOptions: { removeOnComplete: 1_000, attempts: 5, backoff: { type: 'exponential', delay: 500 } },
});
const check = confirmationCheck(jwksFile);

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/entrega/:id/confirmar', express.json(), async (request, response) => {
  if (!check(request)) {
    response.status(403).end();
    return;
  }
  const job = await queue.add('procesar_entrega', {
    entrega_id: Number(request.params['id']),
    ...request.body,
  });
  response.status(202).json({ message: 'Tarea enviada', task_id: job.id });
});

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
