import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { changeState } from '../src/entregas/entregas.repository.ts';
import { call, confirm, createEntrega, signedBody, someFields } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ autorizador: true, worker: true });
});

afterAll(() => platform.close());

test('when a signed delivery is confirmed, then it is accepted, applied once and read back in clear', async () => {
  const as = platform.token({ id: 7 });
  const id = await createEntrega(platform, 7);
  const body = await signedBody(platform, id, 7);

  const answer = await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body });
  expect(answer).toMatchObject({
    status: 202,
    body: {
      message: 'Tarea enviada',
      entrega_id: id,
      estado: 'exitoso',
      task_name: 'logistica.procesar_entrega',
      queue: 'logistica',
      status: 'PENDING',
    },
  });

  const { task_id } = answer.body;
  await until(
    async () => (await call(platform, 'GET', `/tarea/${task_id}`, { as })).body.status === 'SUCCESS',
  );
  const read = await call(platform, 'GET', `/entrega/${id}`, { as });
  expect(read.body).toMatchObject({ id, ...someFields(), estado: 'ENTREGADA', firma_verificada: true });
  expect(read.body.historial.map((row: { estado: string }) => row.estado)).toEqual([
    'EN_CAMINO',
    'PENDING_SYSTEM_CONFIRMATION',
    'ENTREGADA',
  ]);
});

test('when the same confirmation is sent again, also after delivery, then the answer is the same', async () => {
  const as = platform.token({ id: 7 });
  const id = await createEntrega(platform, 7);
  const body = await signedBody(platform, id, 7);
  const path = `/entrega/${id}/confirmar`;
  const first = await call(platform, 'POST', path, { as, body });
  const second = await call(platform, 'POST', path, { as, body });
  await until(
    async () => (await call(platform, 'GET', `/entrega/${id}`, { as })).body.estado === 'ENTREGADA',
  );
  const third = await call(platform, 'POST', path, { as, body });
  expect([second.body, third.body]).toEqual([first.body, first.body]);
});

test('when something that was signed is changed, then it is refused and nothing is stored', async () => {
  const as = platform.token({ id: 7 });
  const id = await createEntrega(platform, 7);
  const body = await signedBody(platform, id, 7);
  const changed = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as,
    body: { ...body, nombre_recibe: 'Eva' },
  });
  expect(changed).toMatchObject({ status: 403, body: { status: 403, detail: 'Firma no válida' } });
  expect((await call(platform, 'GET', `/entrega/${id}`, { as })).body.estado).toBe('EN_CAMINO');
});

test('when a hundred clients confirm one delivery at once, then exactly one confirmation is accepted', async () => {
  const as = platform.token({ id: 7 });
  const id = await createEntrega(platform, 7);
  const bodies = await Promise.all(Array.from({ length: 100 }, () => signedBody(platform, id, 7)));
  const answers = await Promise.all(
    bodies.map((body) => call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body })),
  );
  expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(99);
});

test('when a confirmation is accepted, then no personal data is in clear in the database or in Redis', async () => {
  const fields = someFields({ nombre_recibe: 'Ximena Quiñones', direccion: 'Avenida Zyx 99' });
  const answer = await confirm(platform, 7, fields);
  expect(answer.status).toBe(202);
  const { read } = platform.logistica.container.database;
  const stored = JSON.stringify([
    await read.selectFrom('confirmacion').selectAll().execute(),
    await read.selectFrom('entrega').selectAll().execute(),
    await read.selectFrom('tarea').selectAll().execute(),
  ]);
  expect(stored).not.toContain('Ximena');
  // Three letters stand in ciphertext by chance.
  expect(stored).not.toContain('Avenida');
});

test('when something late would change a delivered one, then ENTREGADA stays, with its data and its history', async () => {
  const as = platform.token({ id: 7 });
  const { body } = await confirm(platform, 7);
  const id = body.entrega_id as number;
  const read = async () => (await call(platform, 'GET', `/entrega/${id}`, { as })).body;
  await until(async () => (await read()).estado === 'ENTREGADA');
  const before = await read();
  const { unitOfWork } = platform.logistica.container.database;
  for (const estado of [
    'PENDING_SYSTEM_CONFIRMATION',
    'FAILED_MAX_RETRIES',
    'CANCELADA',
    'EN_CAMINO',
    'ENTREGADA',
  ]) {
    const change = { id, estado, anterior: 'ENTREGADA', momento: Date.now(), actor: 'worker' };
    const changed = await unitOfWork.write((tx) => changeState(tx, change, { confirmada_por: 99 }));
    expect(changed).toBe(false);
  }
  expect(await read()).toEqual(before);
});
