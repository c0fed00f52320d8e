/** The naive way with the same client, database and faults: what it loses is what outbox and idempotency are for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { Queue } from 'bullmq';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { until } from '@medisupply/shared/testing/until';
import type { ProcessSpec, Supervised } from '../../../launcher/supervisor.ts';
import { supervise } from '../../../launcher/supervisor.ts';
import { openSqlite } from '../database.ts';
import type { Part } from '../plan.ts';
import type { Subject } from '../subject.ts';
import { openOperator } from '../subject.ts';
import { CONTROL_QUEUE } from './queue.ts';

/** The tables of logistica.db that the checker reads, as far as it reads them, in clear. */
const TABLES = `
  create table entrega (id integer primary key, estado text not null, pedido_id text not null, direccion text not null, nombre_recibe text, firma_recibe text);
  create table entrega_historial (entrega_id integer not null, estado text not null, momento integer not null);
  create table confirmacion (task_id text not null, entrega_id integer not null, estado text not null);
  create table evento (entrega_id integer not null, tipo text not null);
  create table movimiento_inventario (entrega_id integer not null, tipo text not null, cantidad integer not null);
  create table producto (id integer primary key, stock integer not null, reservado integer not null)`;
const START_MS = 30_000;
const GRACE_MS = 5_000;

export async function startControl(stock: number): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'medisupply-control-'));
  const file = join(folder, 'control.db');
  const [port, redisPort] = await Promise.all([freePort(), freePort()]);
  createTables(file, stock);
  const parts = new Map<Part, Supervised>();
  let isReady = false;
  const start = (part: Part, spec: Pick<ProcessSpec, 'command' | 'args' | 'ipc'>) =>
    parts.set(
      part,
      supervise(
        { ...spec, name: part, env: process.env },
        { line: () => undefined, died: () => undefined, message: () => (isReady = true) },
      ),
    );
  const program = (name: string, ...args: readonly (string | number)[]) => ({
    command: process.execPath,
    args: [fileURLToPath(new URL(name, import.meta.url)), ...args.map(String)],
    ipc: true,
  });
  const settings = `--bind 127.0.0.1 --port ${redisPort} --dir ${folder} --appendonly yes --appendfsync everysec --maxmemory-policy noeviction`;
  start('redis', { command: 'redis-server', args: [...settings.split(' '), '--save', ''], ipc: false });
  start('logistica-inventario', program('server.ts', port, redisPort, file));
  start('worker', program('worker.ts', redisPort, file));

  const redis = openOperator(`redis://127.0.0.1:${redisPort}`, '');
  const queue = new Queue(CONTROL_QUEUE, { connection: { host: '127.0.0.1', port: redisPort } });
  queue.on('error', () => undefined);
  const database = openSqlite(file);
  const close = async () => {
    redis.disconnect();
    await queue.close();
    database.close();
    await Promise.all([...parts.values()].map((part) => part.stop(GRACE_MS)));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until(() => isReady, START_MS);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    base: `http://127.0.0.1:${port}`,
    pids: () => new Map([...parts].flatMap(([part, { pid }]) => (pid === undefined ? [] : [[part, pid]]))),
    redis,
    database,
    open: (_column, _id, text) => text,
    producto_id: 1,
    stock,
    waiting: async () =>
      Object.values(await queue.getJobCounts('waiting', 'active', 'delayed')).reduce((sum, n) => sum + n, 0),
    close,
  };
}

function createTables(file: string, stock: number): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(TABLES);
  db.prepare('insert into producto (id, stock, reservado) values (1, ?, 0)').run(stock);
  db.close();
}
