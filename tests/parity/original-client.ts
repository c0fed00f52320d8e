/** A running platform of its own, and requests to it in the form in which clients of the original send them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { freePorts, nothingLeft, pidOf, runNpm } from '../launcher/launch.ts';
import type { Run } from '../launcher/launch.ts';

const SLOW = 120_000;

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape are read
  body: any;
}

export const FIELDS = {
  direccion: 'Calle 10 # 5-51',
  nombre_recibe: 'Ana Díaz',
  firma_recibe: 'Ana D.',
  pedido_id: 'PED-7',
};

/** Call it at the top of a test file; the platform starts before its tests and ends after them. */
export function useOriginalClient() {
  let folder: string;
  let npm: Run;
  let ports: Record<string, string>;
  let admin: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medisupply-parity-'));
    ports = await freePorts();
    npm = runNpm(['start'], { ...ports, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' });
    await npm.printed('MediSupply está listo');
    const contrasena = (await readFile(join(folder, 'data/secrets/admin_contrasena'), 'utf8')).trim();
    const { body } = await call('POST', '/autorizador/login', { body: { nombre: 'admin', contrasena } });
    admin = body.token;
  }, SLOW);

  afterAll(async () => {
    npm.child.kill('SIGTERM');
    await npm.exit;
    await nothingLeft(join(folder, 'data'));
    await rm(folder, { recursive: true, force: true });
  }, SLOW);

  const gateway = () => `http://localhost:${ports['GATEWAY_PORT']}`;
  const frontend = () => `http://localhost:${ports['FRONTEND_PORT']}`;

  async function ask(method: string, url: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(url, { ...init, method });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as unknown) : text,
    };
  }

  function call(
    method: string,
    path: string,
    { body, as }: { body?: unknown; as?: string } = {},
  ): Promise<Answer> {
    return ask(method, `${gateway()}/api/v1${path}`, {
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  const asAdmin = (method: string, path: string, body?: unknown) =>
    call(method, path, { as: admin, ...(body === undefined ? {} : { body }) });

  async function newEntrega(): Promise<number> {
    const { direccion, pedido_id } = FIELDS;
    return (await asAdmin('POST', '/logistica/entregas', { direccion, pedido_id, estado: 'EN_CAMINO' })).body
      .id;
  }

  async function sign(entrega_id: number): Promise<string> {
    const payload = { ...FIELDS, entrega_id };
    return (await asAdmin('POST', '/autorizador/sign-data', { payload })).body.firma;
  }

  /** What the original's pages and its worker send as a confirmation. */
  const signed = async (entrega_id: number) => ({ ...FIELDS, firma_payload: await sign(entrega_id) });

  const confirm = (entrega_id: number, body: object) =>
    asAdmin('POST', `/logistica/entrega/${entrega_id}/confirmar`, body);

  async function delivered(): Promise<{ id: number; task_id: string }> {
    const id = await newEntrega();
    const { body } = await confirm(id, await signed(id));
    await ended(body.task_id);
    return { id, task_id: body.task_id };
  }

  /** The task as `GET /tarea/:id` shows it once it has ended. */
  async function ended(taskId: string): Promise<Answer['body']> {
    let tarea: Answer['body'];
    await until(async () => {
      tarea = (await asAdmin('GET', `/logistica/tarea/${taskId}`)).body;
      return tarea.ready as boolean;
    }, 60_000);
    return tarea;
  }

  const run = async (tarea: object) =>
    ended((await asAdmin('POST', '/logistica/tareas', tarea)).body.task_id as string);

  /** Redis as one that hangs, which is worse than one that is gone: nobody restarts it. */
  async function withoutRedis(look: () => Promise<void>): Promise<void> {
    const pid = pidOf(join(folder, 'data'), 'redis-server');
    process.kill(pid, 'SIGSTOP');
    try {
      await look();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }

  return {
    gateway,
    frontend,
    ask,
    call,
    asAdmin,
    newEntrega,
    sign,
    signed,
    confirm,
    delivered,
    ended,
    run,
    withoutRedis,
  };
}
