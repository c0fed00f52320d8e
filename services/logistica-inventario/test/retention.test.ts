import { afterAll, beforeAll, expect, test } from 'vitest';
import { rechazarConfirmacion } from '../src/entregas/aplicar-confirmacion.ts';
import { findConfirmacion } from '../src/entregas/confirmaciones.repository.ts';
import { removeExpired } from '../src/retention.ts';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import { largeJpeg, sendFoto } from './fotos.ts';
import { call, confirm, createEntrega, signedBody, someFields } from './support.ts';

const DAY = 24 * 3_600_000;

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
});

afterAll(() => platform.close());

test('when signatures were refused, then what is left of them stays for 90 days, and what was accepted for ever', async () => {
  const { database } = platform.logistica.container;
  const { read, unitOfWork } = database;
  const accepted = await confirm(platform, 7);
  const refused = await confirm(platform, 7);
  await unitOfWork.write(async (tx) => {
    const confirmacion = await findConfirmacion(tx, refused.body.task_id);
    await rechazarConfirmacion(tx, confirmacion!, 'Firma no válida', Date.now());
  });
  const id = await createEntrega(platform, 7);
  const forged = { ...(await signedBody(platform, id, 7)), ...someFields({ nombre_recibe: 'Otra' }) };
  const as = platform.token({ id: 7 });
  expect((await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body: forged })).status).toBe(403);

  const rejections = () =>
    read.selectFrom('evento').select('id').where('tipo', '=', 'firma_rechazada').execute();
  const left = async () => ({
    rejections: (await rejections()).length,
    confirmaciones: await read.selectFrom('confirmacion').select('task_id').orderBy('task_id').execute(),
    tareas: await read
      .selectFrom('tarea')
      .select('task_id')
      .where('task_id', 'in', [accepted.body.task_id, refused.body.task_id])
      .orderBy('task_id')
      .execute(),
    events: await read
      .selectFrom('evento')
      .select('task_id')
      .distinct()
      .where('task_id', '=', refused.body.task_id)
      .execute(),
  });
  const before = await left();
  expect(before).toMatchObject({ rejections: 1, confirmaciones: { length: 2 }, tareas: { length: 2 } });
  await removeExpired(database, Date.now() + 89 * DAY);
  expect(await left()).toEqual(before);

  await removeExpired(database, Date.now() + 91 * DAY);
  const kept = [{ task_id: accepted.body.task_id }];
  expect(await left()).toEqual({ rejections: 0, confirmaciones: kept, tareas: kept, events: [] });
});

test('when a photo was never signed, then it stays for a week; a signed one stays with its delivery', async () => {
  const { database } = platform.logistica.container;
  const as = platform.token({ id: 7 });
  const [signed, unsigned] = [await createEntrega(platform, 7), await createEntrega(platform, 7)];
  // More than one write removes.
  for (let seed = 0; seed < 12; seed++) {
    const id = seed < 3 ? unsigned : await createEntrega(platform, 7);
    expect((await sendFoto(platform, id, largeJpeg(1_000, seed), as)).status).toBe(201);
  }
  const foto = largeJpeg(1_000, 99);
  await sendFoto(platform, signed, foto, as);
  const fields = { ...someFields(), foto_sha256: sha256Hex(foto) };
  const body = await signedBody(platform, signed, 7, fields);
  expect((await call(platform, 'POST', `/entrega/${signed}/confirmar`, { as, body })).status).toBe(202);
  const left = async () =>
    (await database.read.selectFrom('entrega_foto').select('entrega_id').execute()).map(
      (row) => row.entrega_id,
    );
  await removeExpired(database, Date.now() + 6 * DAY);
  expect(await left()).toHaveLength(13);
  await removeExpired(database, Date.now() + 8 * DAY);
  expect(await left()).toEqual([signed]);
});
