/** The signed members that may be absent: the device's time and the photo's hash. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { sendFoto, someJpeg } from './fotos.ts';
import { call, createEntrega, signedBody, someFields } from './support.ts';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';

const COURIER = 7;
const capturado = '2026-11-25T10:00:00.123Z';
const foto = someJpeg();
const foto_sha256 = sha256Hex(foto);

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform();
  as = platform.token({ id: COURIER });
});
afterAll(() => platform.close());

const read = async (id: number) => (await call(platform, 'GET', `/entrega/${id}`, { as })).body;
const confirmar = (id: number, body: object) =>
  call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body });

async function withFoto(): Promise<number> {
  const id = await createEntrega(platform, COURIER);
  expect((await sendFoto(platform, id, foto, as)).status).toBe(201);
  return id;
}

describe.each([
  ['none', {}],
  ['capturado', { capturado }],
  ['foto_sha256', { foto_sha256 }],
  ['both', { capturado, foto_sha256 }],
])('signed with %s of them', (_, members) => {
  test('when it is confirmed with the same, then it is delivered and its signature holds', async () => {
    const worker = await platform.startWorker();
    const id = await withFoto();
    const body = await signedBody(platform, id, COURIER, { ...someFields(), ...members });
    const answer = await confirmar(id, body);
    expect(answer.status).toBe(202);
    expect(await confirmar(id, body)).toMatchObject({ status: 202, body: answer.body });
    await until(async () => (await read(id)).estado === 'ENTREGADA');
    const delivered = await read(id);
    expect(delivered).toMatchObject({
      capturado: null,
      foto_sha256: null,
      ...members,
      firma_verificada: true,
    });
    // The time of the delivery is the server's.
    expect(delivered.fecha_entrega).not.toBe(capturado);
    await worker.close();
  });

  test('when it is confirmed with others, then 403, whatever is left out, added or changed', async () => {
    const id = await withFoto();
    const body = await signedBody(platform, id, COURIER, { ...someFields(), ...members });
    const { capturado: _time, foto_sha256: _foto, ...six } = body;
    const others = [
      {},
      { capturado },
      { foto_sha256 },
      { capturado, foto_sha256 },
      { capturado: '2026-11-25T10:00:00.124Z', foto_sha256 },
      { capturado, foto_sha256: 'a'.repeat(64) },
    ].filter((other) => JSON.stringify(other) !== JSON.stringify(members));
    for (const other of others)
      expect([other, (await confirmar(id, { ...six, ...other })).status]).toEqual([other, 403]);
    expect((await read(id)).estado).toBe('EN_CAMINO');
  });
});

test.each([
  ['an empty text', { capturado: '' }],
  ['seconds alone', { capturado: '2026-11-25T10:00:00Z' }],
  ['microseconds', { capturado: '2026-11-25T10:00:00.000000Z' }],
  ['another zone', { capturado: '2026-11-25T10:00:00.000-05:00' }],
  ['a day that is none', { capturado: '2026-02-30T10:00:00.000Z' }],
  ['a number', { capturado: 1_795_600_000_000 }],
  ['capitals', { foto_sha256: 'A'.repeat(64) }],
  ['63 digits', { foto_sha256: 'a'.repeat(63) }],
])('when one of them is %s (%j), then 400', async (_, members) => {
  const id = await createEntrega(platform, COURIER);
  const body = await signedBody(platform, id, COURIER);
  const [name] = Object.keys(members);
  expect(await confirmar(id, { ...body, ...members })).toMatchObject({
    status: 400,
    body: { errors: [{ path: `body.${name}` }] },
  });
});

test('when one of them is null, as a delivery without it is answered, then it is as good as left out', async () => {
  const id = await createEntrega(platform, COURIER);
  const nothing = { capturado: null, foto_sha256: null };
  const timed = await signedBody(platform, id, COURIER, { ...someFields(), capturado });
  expect((await confirmar(id, { ...timed, ...nothing })).status).toBe(403);
  const six = await signedBody(platform, id, COURIER);
  const answer = await confirmar(id, { ...six, ...nothing });
  expect(answer.status).toBe(202);
  expect(await confirmar(id, six)).toMatchObject({ status: 202, body: answer.body });
});
