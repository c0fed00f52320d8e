/**
 * The life of deliveries against a small model: random operations, and processes killed between them. The API and the
 * worker run in processes of their own, so that a kill is one. A failure prints the seed that repeats it.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../support/platform.ts';
import { startPlatform, until } from '../support/platform.ts';

const PROGRAMS = {
  'logistica-inventario': fileURLToPath(
    new URL('../../services/logistica-inventario/src/main.ts', import.meta.url),
  ),
  worker: fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url)),
};
type Program = keyof typeof PROGRAMS;

const COURIER = 7;
const STOCK = 1_000;

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

interface Delivery {
  id: number;
  pedido_id: string;
  reserves: boolean;
  state: 'free' | 'accepted' | 'cancelled';
  /** What was accepted, and the answer to it. */
  accepted?: { body: Record<string, unknown>; answer: Record<string, unknown> };
}

interface Model {
  deliveries: Delivery[];
  redisIsUp: boolean;
}

let platform: Platform;
let logistica: string;
let productId: number;
let admin: string;
let courier: string;
let serviceKey: string;
const running = new Map<Program, ChildProcess>();

async function startProgram(program: Program): Promise<void> {
  const ports = program === 'worker' ? { WORKER_PORT: '0' } : { LOGISTICA_PORT: '0' };
  const child = fork(PROGRAMS[program], {
    env: { PATH: process.env['PATH'], ...platform.env(program), LOG_LEVEL: 'error', ...ports },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.set(program, child);
  const [ready] = (await once(child, 'message')) as [{ port: number }];
  if (program === 'logistica-inventario') logistica = `http://127.0.0.1:${ready.port}`;
}

async function killProgram(program: Program): Promise<void> {
  const child = running.get(program)!;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function post(path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(logistica + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const asUser = (token: string) => ({ authorization: `Bearer ${token}` });

async function signed(delivery: Delivery): Promise<Record<string, unknown>> {
  const fields = {
    direccion: `Calle ${delivery.id}`,
    nombre_recibe: 'Ana Díaz',
    firma_recibe: '<svg>Ana</svg>',
    pedido_id: delivery.pedido_id,
  };
  const firma = await platform.sign({ ...fields, entrega_id: delivery.id, usuario_id: COURIER });
  return { ...fields, firma_payload: firma };
}

const confirm = (delivery: Delivery, body: unknown) =>
  post(`/entrega/${delivery.id}/confirmar`, body, asUser(courier));

/** A command on one of the deliveries, whichever `pick` falls on. */
const onDelivery = (
  name: string,
  run: (delivery: Delivery) => Promise<void>,
  holds: (delivery: Delivery) => boolean = () => true,
) =>
  fc.nat().map((pick): fc.AsyncCommand<Model, Platform> => {
    const chosen = (model: Readonly<Model>) => model.deliveries[pick % model.deliveries.length];
    return {
      check: (model) => {
        const delivery = chosen(model);
        return delivery !== undefined && holds(delivery);
      },
      run: (model) => run(chosen(model)!),
      toString: () => `${name}(${pick})`,
    };
  });

const simple = (
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model) => Promise<void>,
) => fc.constant<fc.AsyncCommand<Model, Platform>>({ check, run, toString: () => name });

const creating = (reserves: boolean): fc.AsyncCommand<Model, Platform> => ({
  check: () => true,
  async run(model) {
    const pedido_id = `PED-${model.deliveries.length}`;
    const items = reserves ? { items: [{ producto_id: productId, cantidad: 1 }] } : {};
    const { status, body } = await post(
      '/entregas',
      { direccion: 'por confirmar', estado: 'EN_CAMINO', pedido_id, ...items },
      asUser(courier),
    );
    expect(status).toBe(201);
    model.deliveries.push({ id: Number(body['id']), pedido_id, reserves, state: 'free' });
  },
  toString: () => `create(${reserves ? 'with items' : ''})`,
});
const create = fc.boolean().map(creating);

async function confirming(delivery: Delivery): Promise<void> {
  const body = await signed(delivery);
  const answer = await confirm(delivery, body);
  expect(answer.status).toBe(delivery.state === 'free' ? 202 : 409);
  if (delivery.state !== 'free') return;
  delivery.state = 'accepted';
  delivery.accepted = { body, answer: answer.body };
}
const confirmNew = onDelivery('confirm', confirming);

const repeat = onDelivery(
  'repeat',
  async (delivery) => {
    const { body, answer } = delivery.accepted!;
    expect(await confirm(delivery, body)).toEqual({ status: 202, body: answer });
  },
  (delivery) => delivery.accepted !== undefined,
);

const tamper = onDelivery('tamper', async (delivery) => {
  const body = await signed(delivery);
  const answer = await confirm(delivery, { ...body, direccion: 'otra calle' });
  expect(answer.status).toBeOneOf(delivery.state === 'free' ? [403] : [403, 409]);
});

const retry = onDelivery(
  'retry',
  async (delivery) => {
    const task_id = delivery.accepted!.answer['task_id'];
    const request = { tipo: 'procesar_entrega', task_id, entrega_id: delivery.id, _retry_count: 1 };
    const { status } = await post('/tareas', request, { 'i-api-key': serviceKey });
    // Refused once it is applied, which may be now.
    expect(status).toBeOneOf([202, 409]);
  },
  (delivery) => delivery.accepted !== undefined,
);

const cancel = onDelivery('cancel', async (delivery) => {
  const { status } = await post(`/entregas/${delivery.id}/cancelar`, {}, asUser(courier));
  expect(status).toBe(delivery.state === 'accepted' ? 409 : 200);
  if (delivery.state === 'free') delivery.state = 'cancelled';
});

const killRedis = simple(
  'kill redis',
  (model) => model.redisIsUp,
  async (model) => {
    await platform.redis!.kill();
    model.redisIsUp = false;
  },
);

const startRedis = simple(
  'start redis',
  (model) => !model.redisIsUp,
  async (model) => {
    await platform.redis!.start();
    model.redisIsUp = true;
  },
);

const restart = (program: Program) =>
  simple(
    `kill and start ${program}`,
    () => true,
    async () => {
      await killProgram(program);
      await startProgram(program);
    },
  );

beforeAll(async () => {
  platform = await startPlatform();
  // What is accepted has to get on its way without the help of the service in this process.
  await platform.logistica.container.outbox.stop();
  await Promise.all([startProgram('logistica-inventario'), startProgram('worker')]);
  courier = platform.token({ id: COURIER });
  admin = platform.token({ id: 1, roles: ['Admin'] });
  serviceKey = await platform.serviceKey('worker');
}, 60_000);

afterAll(async () => {
  for (const program of running.keys()) await killProgram(program);
  await platform.close();
});

async function settle(model: Model): Promise<void> {
  if (!model.redisIsUp) await platform.redis!.start();
  const { read } = platform.logistica.container.database;
  const ids = model.deliveries.map(({ id }) => id);
  if (ids.length === 0) return;
  const accepted = model.deliveries.filter(({ state }) => state === 'accepted').map(({ id }) => id);
  await until(async () => {
    const rows = await read.selectFrom('entrega').select(['id', 'estado']).where('id', 'in', ids).execute();
    return rows.every(({ id, estado }) => !accepted.includes(id) || estado === 'ENTREGADA');
  }, 60_000);

  const rows = await read.selectFrom('entrega').select(['id', 'estado']).where('id', 'in', ids).execute();
  const states = { free: 'EN_CAMINO', accepted: 'ENTREGADA', cancelled: 'CANCELADA' };
  expect(rows).toEqual(model.deliveries.map(({ id, state }) => ({ id, estado: states[state] })));
  const deliveries = await read
    .selectFrom('entrega_historial')
    .select('entrega_id')
    .where('entrega_id', 'in', ids)
    .where('estado', '=', 'ENTREGADA')
    .orderBy('entrega_id')
    .execute();
  expect(deliveries.map(({ entrega_id }) => entrega_id)).toEqual(accepted);
}

test(
  'whatever is done and whoever dies, what was accepted is applied once, and stock is what the deliveries say',
  { timeout: 240_000 },
  async () => {
    const product = await post(
      '/inventario',
      { sku: 'MODELO-1', nombre: 'Guantes', stock: STOCK },
      asUser(admin),
    );
    productId = Number(product.body['id']);
    const all: Delivery[] = [];

    await fc.assert(
      fc.asyncProperty(
        fc.commands(
          [
            create,
            create,
            confirmNew,
            confirmNew,
            repeat,
            tamper,
            retry,
            cancel,
            killRedis,
            startRedis,
            restart('worker'),
            restart('logistica-inventario'),
          ],
          { maxCommands: 25, size: '+1' },
        ),
        async (commands) => {
          const model: Model = { deliveries: [], redisIsUp: true };
          // Each life has at least one that takes stock; what is done besides is chance.
          await creating(true).run(model, platform);
          await confirming(model.deliveries[0]!);
          await fc.asyncModelRun(() => ({ model, real: platform }), commands);
          await settle(model);
          all.push(...model.deliveries);
        },
      ),
      // Shrinking would run for minutes; the seed and the commands are printed all the same.
      { numRuns: 8, endOnFailure: true },
    );

    const applied = all.filter(({ reserves, state }) => reserves && state === 'accepted').length;
    const open = all.filter(({ reserves, state }) => reserves && state === 'free').length;
    const { read } = platform.logistica.container.database;
    const { stock, reservado } = await read
      .selectFrom('producto')
      .select(['stock', 'reservado'])
      .where('id', '=', productId)
      .executeTakeFirstOrThrow();
    expect(applied).toBeGreaterThan(0);
    expect({ stock, reservado }).toEqual({ stock: STOCK - applied, reservado: open });
  },
);
