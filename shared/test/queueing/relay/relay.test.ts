import { afterEach, beforeEach, expect, test } from 'vitest';
import { Relay } from '../../../src/queueing/relay/relay.ts';
import { verifyEnvelope } from '../../../src/queueing/wire/envelope.ts';
import { databaseWork } from '../../../src/db/database-work.ts';
import { deferMessage, failTask, findTarea, insertAttempt } from '../../../src/queueing/store/task-store.ts';
import type { OutboxFixture } from './support.ts';
import { outboxFixture, QUEUE_KEY, silent, until } from './support.ts';

let fixture: OutboxFixture;
let relay: Relay;

const newRelay = () =>
  new Relay({
    database: fixture.database,
    queues: fixture.queues,
    queueKey: () => QUEUE_KEY,
    logger: silent,
    pollMs: 50,
  });

beforeEach(async () => {
  fixture = await outboxFixture();
  relay = newRelay();
});

afterEach(async () => {
  await relay.stop();
  await fixture.close();
});

const allSent = async () => (await fixture.rows()).every((row) => row.estado === 'ENVIADO');

test('when a task is accepted, then the relay sends it signed, under an id made from task, attempt and gen', async () => {
  const { task_id } = await fixture.accept();
  relay.start();
  await until(allSent);
  expect(await fixture.jobIds()).toEqual([`${task_id}-0-0`]);
  const job = await fixture.queues.queue('monitor').getJob(`${task_id}-0-0`);
  const envelope = verifyEnvelope(job?.data, { queue: 'monitor', name: 'monitor.ping_logistica' }, QUEUE_KEY);
  expect(envelope).toMatchObject({ v: 1, task_id, intento: 0, params: {} });
});

test('when the caller hands over a row it claimed, then it is sent at once and no sweep takes it before', async () => {
  relay.start();
  const claimUntil = relay.claim(Date.now());
  expect(claimUntil).toBeGreaterThan(Date.now());
  const { task_id, message } = await fixture.accept({ claimUntil });
  const rival = newRelay();
  rival.start();
  await expect(relay.send(message!)).resolves.toBe(true);
  await until(allSent);
  await rival.stop();
  expect(await fixture.jobIds()).toEqual([`${task_id}-0-0`]);
});

test('when a task is done before its sending was noted, then the relay writes nothing more', async () => {
  const { message, task_id } = await fixture.accept({ claimUntil: Date.now() + 10_000 });
  await expect(relay.send(message!)).resolves.toBe(true);
  const done = { estado: 'FAILURE', error: 'prueba', evento: 'fallida', now: Date.now() } as const;
  await fixture.database.unitOfWork.write((tx) => failTask(tx, task_id, done));
  const before = databaseWork.commits;
  await relay.stop();
  expect(databaseWork.commits).toBe(before);
  expect(await fixture.rows()).toEqual([]);
});

test('when the relay stops, then what it sent is noted', async () => {
  const { message } = await fixture.accept({ claimUntil: Date.now() + 10_000 });
  await expect(relay.send(message!)).resolves.toBe(true);
  expect(await allSent()).toBe(false);
  await relay.stop();
  expect(await allSent()).toBe(true);
});

test('when a process dies between commit and send, then another relay sends the row once its lease has ended', async () => {
  const { task_id } = await fixture.accept({ claimUntil: Date.now() + 400 });
  relay.start();
  await until(allSent);
  expect(await fixture.jobIds()).toEqual([`${task_id}-0-0`]);
});

test('when Redis is down, then rows wait as PENDIENTE and leave by themselves within 5 s of its return', async () => {
  relay.start();
  await fixture.redis.kill();
  await until(() => !fixture.queues.isConnected());
  const accepted = await Promise.all(Array.from({ length: 300 }, () => fixture.accept()));
  expect(relay.claim(Date.now())).toBe(0);
  expect((await fixture.rows()).every((row) => row.estado === 'PENDIENTE')).toBe(true);
  await fixture.redis.start();
  const back = Date.now();
  await until(allSent);
  expect(Date.now() - back).toBeLessThan(5_000);
  expect(await fixture.jobIds()).toEqual(accepted.map(({ task_id }) => `${task_id}-0-0`).toSorted());
});

test(
  'when Redis hangs, then a send gives up within its deadline and the row is sent once it answers',
  { timeout: 30_000 },
  async () => {
    relay.start();
    const { task_id, message } = await fixture.accept({ claimUntil: relay.claim(Date.now()) });
    fixture.redis.pause();
    const started = Date.now();
    await expect(relay.send(message!)).resolves.toBe(false);
    expect(Date.now() - started).toBeLessThan(4_000);
    fixture.redis.resume();
    await until(allSent, 15_000);
    expect(await fixture.jobIds()).toEqual([`${task_id}-0-0`]);
  },
);

test('when two relays sweep the same rows, then each row becomes one job', async () => {
  const accepted = await Promise.all(Array.from({ length: 400 }, () => fixture.accept()));
  const rival = newRelay();
  relay.start();
  rival.start();
  await until(allSent);
  await rival.stop();
  expect(await fixture.jobIds()).toEqual(accepted.map(({ task_id }) => `${task_id}-0-0`).toSorted());
});

test('when a row is not due yet, then it is left alone until then', async () => {
  await fixture.accept();
  const due = Date.now() + 500;
  await fixture.database.unitOfWork.write((tx) =>
    tx.updateTable('outbox').set({ disponible: due }).execute(),
  );
  relay.start();
  await until(allSent);
  expect(Date.now()).toBeGreaterThanOrEqual(due);
});

test('when no job can be made of a row, then it is set aside and the others leave', async () => {
  const broken = await fixture.accept();
  const sound = await fixture.accept();
  await fixture.database.unitOfWork.write((tx) =>
    tx.updateTable('outbox').set({ payload: 'no es JSON' }).where('task_id', '=', broken.task_id).execute(),
  );
  relay.start();
  await until(async () => (await fixture.jobIds()).length === 1);
  expect(await fixture.jobIds()).toEqual([`${sound.task_id}-0-0`]);
  const row = await fixture.database.read
    .selectFrom('outbox')
    .select(['estado', 'disponible', 'error'])
    .where('task_id', '=', broken.task_id)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ estado: 'PENDIENTE', error: expect.stringContaining('JSON') });
  expect(row.disponible).toBeGreaterThan(Date.now() + 3_000_000);
});

test('when an attempt is deferred or lost and sent again, then it is told once that it was enqueued', async () => {
  const { task_id } = await fixture.accept();
  relay.start();
  const { unitOfWork, read } = fixture.database;
  for (let gen = 1; gen <= 5; gen++) {
    await until(allSent);
    await unitOfWork.write((tx) => deferMessage(tx, task_id, Date.now()));
    relay.wake();
    await until(async () => (await fixture.jobIds()).includes(`${task_id}-0-${gen}`));
  }
  await until(allSent);
  const tarea = await findTarea(read, task_id);
  const attempt = { intento: 1, params: {}, disponible: Date.now(), now: Date.now(), motivo: 'otra vez' };
  await unitOfWork.write((tx) => insertAttempt(tx, tarea!, attempt));
  relay.wake();
  await until(allSent);
  const events = await read.selectFrom('evento').select('tipo').orderBy('id').execute();
  expect(events.map(({ tipo }) => tipo)).toEqual(['encolada', 'reintento', 'encolada']);
});
