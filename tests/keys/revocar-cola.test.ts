import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signEnvelope } from '@medisupply/shared/queueing/wire/envelope';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { revokeQueueKey } from '@medisupply/shared/security/revoke-keys';
import { confirm } from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../support/platform.ts';
import { startPlatform, until } from '../support/platform.ts';

let platform: Platform;

beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const WAITING = 20;
const queue = () => platform.logistica.container.queues.queue('logistica');
const read = () => platform.logistica.container.database.read;
const revoke = () => revokeQueueKey(join(platform.dataDir, 'secrets'));

/** Confirmations that are signed and sent, and wait in Redis. */
async function confirmAndWait(): Promise<void> {
  const answers = await Promise.all(Array.from({ length: WAITING }, () => confirm(platform, 7)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: WAITING }, () => 202));
  await until(async () => {
    const rows = await confirmations();
    return rows.length === WAITING && rows.every(({ estado }) => estado === 'ENVIADO');
  });
}

/** Messages of confirmations that are not applied yet. */
const confirmations = () =>
  read().selectFrom('outbox').select('estado').where('nombre', '=', procesarEntrega.name).execute();

const states = () => read().selectFrom('confirmacion').select('estado').distinct().execute();

/** What became of them, once none waits, and what was set aside. */
async function outcome() {
  await until(async () => (await confirmations()).length === 0);
  return { states: await states(), quarantined: await read().selectFrom('cuarentena').selectAll().execute() };
}

const ALL_APPLIED = { states: [{ estado: 'APLICADA' }], quarantined: [] };

test('when the queue key is revoked while jobs wait and everything runs, then they are sent again with the new one, and none is set aside', async () => {
  await platform.startWorker();
  await queue().pause();
  await confirmAndWait();
  revoke();
  await queue().resume();
  expect(await outcome()).toEqual(ALL_APPLIED);
  expect((await confirm(platform, 7)).body.estado).toBe('exitoso');
  expect(await outcome()).toEqual(ALL_APPLIED);
});

test('when the worker was away while the queue key was revoked twice, then what waited is sent again all the same', async () => {
  await confirmAndWait();
  revoke();
  revoke();
  await platform.startWorker();
  expect(await outcome()).toEqual(ALL_APPLIED);
});

test('when somebody forges a job with the revoked key, then it is not run', async () => {
  const stolen = readFileSync(join(platform.dataDir, 'secrets/worker/queue_key'), 'utf8').trim();
  await platform.startWorker();
  revoke();
  const task_id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const name = 'logistica.validar_inventario';
  const params = { producto_id: 1, cantidad: 1 };
  const envelope = signEnvelope({ v: 1, queue: 'logistica', name, task_id, intento: 0, params }, stolen);
  const job = await queue().add(name, envelope, { jobId: `${task_id}-0-0` });
  await until(async () => (await job.getState()) === 'completed');
  expect((await queue().getJob(`${task_id}-0-0`))?.returnvalue).toBe('KEY_REPLACED');
  expect(
    await read().selectFrom('tarea_procesada').where('task_id', '=', task_id).selectAll().execute(),
  ).toEqual([]);
});
