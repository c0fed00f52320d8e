/** What somebody can do who writes into Redis: jobs, commands, revocations, heartbeats and events that nobody of ours sent. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { createLogger } from '@medisupply/shared/logging/logger';
import { CONTROL_CHANNEL } from '@medisupply/shared/queueing/control/control-channel';
import {
  HEARTBEAT_TTL_MS,
  WORKER_INDEX,
  WORKER_KEY_PREFIX,
} from '@medisupply/shared/queueing/control/heartbeat';
import { signEnvelope } from '@medisupply/shared/queueing/wire/envelope';
import { EVENT_FIELD, EVENT_STREAM } from '@medisupply/shared/queueing/wire/event-stream';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { REVOCATIONS_KEY } from '@medisupply/shared/security/revocations';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { until } from '@medisupply/shared/testing/until';
import type { Case } from './suite.ts';
import { firstOf, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'cola';
type Job = Awaited<ReturnType<ReturnType<QueueClient['queue']>['add']>>;
const QUEUE = procesarEntrega.queue;
/** Long enough for a poll of revocations and for a worker to take a job (ms). */
const SETTLE_MS = 5_000;

/** Runs `work` with the queues as the worker's password reaches them. */
async function withQueues<T>(target: Target, work: (queues: QueueClient) => Promise<T>): Promise<T> {
  const queues = createQueueClient(
    target.redisAddress('worker'),
    createLogger('ataque', { level: 'silent' }),
  );
  try {
    await until(() => queues.isConnected());
    return await work(queues);
  } finally {
    await queues.close();
  }
}

const settled = (job: Job): Promise<void> =>
  until(async () => ['completed', 'failed', 'unknown'].includes(await job.getState()), 30_000);

const estadoOf = async (target: Target, id: number): Promise<string> =>
  worked(await target.call('GET', `/logistica/entrega/${id}`, { as: target.admin }), 200).json.estado;

/** A delivery of Ana's with its confirmation accepted. */
async function accepted(target: Target): Promise<{ id: number; taskId: string }> {
  const id = await target.newDelivery(target.ana);
  const body = await target.confirmation(target.ana, id);
  const answer = await target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.ana, body });
  return { id, taskId: worked(answer, 202).json.task_id };
}

/** Whether `seen` becomes true within the time that what was forged would need. */
async function happens(seen: () => Promise<boolean>): Promise<boolean> {
  try {
    await until(seen, SETTLE_MS);
    return true;
  } catch {
    return false;
  }
}

export const QUEUE_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'un trabajo sin firma, con otra, o con la de otros datos',
    run: (target) =>
      withQueues(target, async (queues) => {
        const { id: applied, taskId } = await accepted(target);
        await target.endOf(taskId);
        const genuine = (await queues.queue(QUEUE).getJobs(['completed'])).find(
          (job) => (job.data as { task_id: string }).task_id === taskId,
        );
        if (!genuine) throw new Error('no se encontró el trabajo auténtico');
        const victim = await target.newDelivery(target.ana);
        const params = { ...(genuine.data as { params: object }).params, entrega_id: victim };
        const unsigned = {
          v: 1 as const,
          queue: QUEUE,
          name: procesarEntrega.name,
          task_id: randomUUID(),
          intento: 0,
          params,
        };
        const forged: object[] = [
          unsigned,
          { ...unsigned, mac: '' },
          { ...unsigned, mac: 'A'.repeat(43) },
          { ...unsigned, mac: null },
          ...['', 'default', 'secret', target.secret('worker/redis_password')].map((key) =>
            signEnvelope(unsigned, key),
          ),
          { ...(genuine.data as object), params },
          { ...(genuine.data as object), task_id: unsigned.task_id },
          { ...(genuine.data as object), intento: 1 },
        ];
        const jobs = await queues
          .queue(QUEUE)
          .addBulk(
            forged.map((data) => ({ name: procesarEntrega.name, data, opts: { jobId: randomUUID() } })),
          );
        for (const job of jobs) await settled(job);
        if ((await estadoOf(target, victim)) !== 'EN_CAMINO') return 'se aplicó a otra entrega';
        const { json } = await target.call('GET', `/logistica/entrega/${applied}`, { as: target.admin });
        const times = (json.historial as { estado: string }[]).filter(
          ({ estado }) => estado === 'ENTREGADA',
        ).length;
        return times === 1 ? undefined : `se aplicó ${times} veces`;
      }),
  },
  {
    clase,
    nombre: 'un trabajo auténtico, veinte veces más',
    run: (target) =>
      withQueues(target, async (queues) => {
        const { id, taskId } = await accepted(target);
        await target.endOf(taskId);
        const queue = queues.queue(QUEUE);
        const genuine = (await queue.getJobs(['completed'])).find(
          (job) => (job.data as { task_id: string }).task_id === taskId,
        );
        if (!genuine) throw new Error('no se encontró el trabajo auténtico');
        const jobs = await queue.addBulk(
          Array.from({ length: 20 }, () => ({
            name: genuine.name,
            data: genuine.data,
            opts: { jobId: randomUUID() },
          })),
        );
        for (const job of jobs) await settled(job);
        const { json } = await target.call('GET', `/logistica/entrega/${id}`, { as: target.admin });
        const times = (json.historial as { estado: string }[]).filter(
          ({ estado }) => estado === 'ENTREGADA',
        ).length;
        return times === 1 ? undefined : `se aplicó ${times} veces`;
      }),
  },
  {
    clase,
    nombre: 'una orden a los workers sin la firma de la cola',
    async run(target) {
      const redis = target.redis('worker');
      const workers = async (): Promise<string[]> =>
        (
          worked(await target.call('GET', '/monitor/workers', { as: target.admin }), 200).json.workers as {
            id: string;
            status: string;
          }[]
        ).flatMap(({ id, status }) => (status === 'stopping' ? [] : [id]));
      const before = await workers();
      if (before.length === 0) throw new Error('no hay workers');
      const [seconds = '0'] = await redis.time();
      const order = {
        v: 1,
        kind: 'request',
        id: randomUUID(),
        command: 'shutdown',
        args: {},
        worker: null,
        issued: Number(seconds) * 1_000,
      };
      for (const mac of [undefined, '', 'A'.repeat(43)])
        await redis.publish(CONTROL_CHANNEL, JSON.stringify({ ...order, mac }));
      const gone = await happens(
        async () =>
          !before.every((id, at) => id === before[at]) || (await workers()).join() !== before.join(),
      );
      return gone ? 'un worker obedeció' : undefined;
    },
  },
  {
    clase,
    nombre: 'una revocación que autorizador no hizo',
    async run(target) {
      const redis = target.redis('redis');
      const person = await target.newPerson();
      const status = async () => (await target.call('GET', '/logistica/entregas', { as: person })).status;
      if ((await status()) !== 200) throw new Error('la persona no puede entrar ni antes');
      await redis.zadd(REVOCATIONS_KEY, Date.now(), `${person.id}:999999`);
      return (await happens(async () => (await status()) === 401)) ? 'su token dejó de servir' : undefined;
    },
  },
  {
    clase,
    nombre: 'un worker que no existe',
    async run(target) {
      const redis = target.redis('worker');
      const id = `falso-${randomUUID()}`;
      const last_seen = new Date().toISOString();
      const state = {
        id,
        host: 'falso',
        pid: 1,
        queues: ['logistica'],
        concurrency: 1,
        processed: 0,
        failed: 0,
        active: [],
        rss: 1,
        event_loop_lag_ms: 0,
        uptime: 1,
        status: 'idle',
        faults: { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
        last_seen,
      };
      await redis.set(WORKER_KEY_PREFIX + id, JSON.stringify(state), 'PX', HEARTBEAT_TTL_MS);
      await redis.zadd(WORKER_INDEX, Date.now(), id);
      const { text } = worked(await target.call('GET', '/monitor/workers', { as: target.admin }), 200);
      return text.includes(id) ? 'sale en la lista' : undefined;
    },
  },
  {
    clase,
    nombre: 'la contraseña de Redis de Bull Board, para lo que no es suyo',
    async run(target) {
      const redis = target.redis('bull-board');
      return firstOf<[string, ...string[]]>(
        [
          ['CONFIG', 'GET', 'maxmemory'],
          ['ACL', 'LIST'],
          ['SET', 'medisupply:prueba-de-ataque', '1'],
          ['ZCARD', REVOCATIONS_KEY],
          ['EVAL', 'return redis.call("KEYS", "medisupply:*")', '0'],
        ],
        async ([command, ...args]) => {
          try {
            await redis.call(command, ...args);
          } catch (error) {
            // The second is what a script is told.
            if (/NOPERM|executing the script/.test(String(error))) return undefined;
            throw error;
          }
          return `${command} ${args.join(' ')} se le permite`;
        },
      );
    },
  },
  {
    clase,
    nombre: 'un _retry_count de quien no es el worker, para agotar los intentos',
    run: (target) =>
      withQueues(target, async (queues) => {
        const queue = queues.queue(QUEUE);
        await queue.pause();
        try {
          const { id, taskId } = await accepted(target);
          const retry = (options: object, _retry_count: number) =>
            target.wire.send({
              method: 'POST',
              url: `${target.direct('logistica-inventario')}/tareas`,
              body: JSON.stringify({
                tipo: 'procesar_entrega',
                task_id: taskId,
                entrega_id: id,
                _retry_count,
              }),
              ...options,
            });
          const json = ['content-type', 'application/json'];
          const callers = [
            { headers: [...json, 'authorization', `Bearer ${target.admin.token}`] },
            { headers: [...json, 'i-api-key', target.secret('monitor/service_key')] },
            { headers: [...json, 'i-api-key', target.secret('operator/service_key')] },
          ];
          return await firstOf(callers, (caller) =>
            firstOf([1, 2, 1_000], async (n) =>
              unless(await retry(caller, n), [403, 409], `_retry_count ${n}`),
            ),
          );
        } finally {
          await queue.resume();
        }
      }),
  },
  {
    clase,
    nombre: 'los datos de un trabajo que espera, cambiados: lo aceptado se aplica igual',
    slow: true,
    run: (target) =>
      withQueues(target, async (queues) => {
        const queue = queues.queue(QUEUE);
        await queue.pause();
        let task: { id: number; taskId: string };
        try {
          task = await accepted(target);
          const waiting = async () =>
            (await queue.getJobs(['wait', 'waiting'])).find(
              (job) => (job.data as { task_id: string }).task_id === task.taskId,
            );
          await until(async () => (await waiting()) !== undefined);
          const job = await waiting();
          await job?.updateData({ ...(job.data as object), params: { entrega_id: 1 } });
        } finally {
          await queue.resume();
        }
        const status = await target.endOf(task.taskId);
        return status === 'SUCCESS' ? undefined : `la tarea acabó ${status}`;
      }),
  },
  {
    clase,
    nombre: 'un evento que no ocurrió',
    async run(target) {
      // The last one: what follows an entry with a foreign id, the relay has to sort out.
      const redis = target.redis('worker');
      const marker = `falso-${randomUUID()}`;
      const entry = {
        tipo: 'creada',
        momento: Date.now(),
        task_id: marker,
        tarea: null,
        estado: null,
        creada_por: null,
        entrega_id: null,
        viewers: null,
        datos: null,
      };
      const shown = await watch(
        target,
        async () => {
          const [last] = await redis.xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1);
          const next = Number(last?.[0].split('-')[0] ?? 0) + 1;
          await redis.xadd(EVENT_STREAM, `${next}-0`, EVENT_FIELD, JSON.stringify(entry));
        },
        marker,
      );
      return shown ? 'se mostró a quien mira los eventos' : undefined;
    },
  },
];

/** Opens the administrator's event stream, does `work`, and looks for `marker` in what comes. */
async function watch(target: Target, work: () => Promise<void>, marker: string): Promise<boolean> {
  const stream = request(`${target.base}/api/v1/monitor/eventos`, {
    headers: { authorization: `Bearer ${target.admin.token}` },
    agent: false,
  });
  let received = '';
  let isOpen = false;
  stream.on('error', () => undefined);
  stream.on('response', (incoming) => {
    isOpen = incoming.statusCode === 200;
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => (received += chunk.toString()));
  });
  stream.end();
  try {
    await until(() => isOpen);
    await work();
    return await happens(async () => received.includes(marker));
  } finally {
    stream.destroy();
  }
}
