import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseWork } from '@medisupply/shared/db/database-work';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { rechazarConfirmacion } from '../src/entregas/aplicar-confirmacion.ts';
import { findConfirmacion } from '../src/entregas/confirmaciones.repository.ts';
import { largeJpeg, metadata, readFoto, sendFoto, someJpeg } from './fotos.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, problem, signedBody, someFields } from './support.ts';

const COURIER = 7;
const LIMIT = 320 * 1024;

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform();
  as = platform.token({ id: COURIER });
});
afterAll(() => platform.close());

const subir = (id: number, foto: Uint8Array, token = as) => sendFoto(platform, id, foto, token);
const photo = (seed: number) => largeJpeg(2_000, seed);
const read = async (id: number) => (await call(platform, 'GET', `/entrega/${id}`, { as })).body;

/** Signs and sends a confirmation that covers the photo. */
async function confirmar(id: number, foto: Uint8Array): Promise<Answer> {
  const fields = { ...someFields(), foto_sha256: sha256Hex(foto) };
  const body = await signedBody(platform, id, COURIER, fields);
  return call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body });
}

describe('a photo', () => {
  test('when it is stored, signed and confirmed, then it is the photo of the delivery', async () => {
    const worker = await platform.startWorker();
    const id = await createEntrega(platform, COURIER);
    const foto = largeJpeg(LIMIT);
    const guardada = { entrega_id: id, sha256: sha256Hex(foto), tamano: LIMIT };
    expect(await subir(id, foto)).toMatchObject({ status: 201, body: guardada });
    expect(await subir(id, foto)).toMatchObject({ status: 200, body: guardada });
    expect((await confirmar(id, foto)).status).toBe(202);
    await until(async () => (await read(id)).estado === 'ENTREGADA');
    expect(await read(id)).toMatchObject({ foto_sha256: guardada.sha256, firma_verificada: true });
    expect(await readFoto(platform, id, as)).toEqual({ status: 200, type: 'image/jpeg', bytes: foto });
    // Sent again after the answer was lost, when the delivery is done already.
    expect((await subir(id, foto)).status).toBe(200);
    expect(await subir(id, photo(1))).toMatchObject({
      status: 409,
      body: { detail: 'La entrega ya está confirmada' },
    });
    await worker.close();
  });

  test('when one byte of it is another, then the confirmation is refused, and nothing is confirmed', async () => {
    const id = await createEntrega(platform, COURIER);
    const foto = photo(1);
    const changed = Buffer.from(foto);
    changed[1_000] = 99;
    expect((await subir(id, changed)).status).toBe(201);
    const answer = await confirmar(id, foto);
    expect(answer.body).toEqual(
      problem(
        409,
        'foto-ausente',
        'La foto que se firmó no está guardada con esta entrega; súbala y confirme de nuevo',
        `/entrega/${id}/confirmar`,
      ),
    );
    expect((await read(id)).estado).toBe('EN_CAMINO');
    expect((await subir(id, foto)).status).toBe(201);
    expect((await confirmar(id, foto)).status).toBe(202);
  });

  test('when it is that of another delivery, then the confirmation is refused', async () => {
    const [one, other] = [await createEntrega(platform, COURIER), await createEntrega(platform, COURIER)];
    expect((await subir(other, photo(2))).status).toBe(201);
    expect((await confirmar(one, photo(2))).status).toBe(409);
  });

  test('when it is replaced between signing and confirming, then the signed one is confirmed and shown', async () => {
    const id = await createEntrega(platform, COURIER);
    for (const seed of [1, 2, 3]) expect((await subir(id, photo(seed))).status).toBe(201);
    expect((await readFoto(platform, id, as)).bytes).toEqual(photo(3));
    expect((await confirmar(id, photo(1))).status).toBe(202);
    expect((await readFoto(platform, id, as)).bytes).toEqual(photo(1));
  });

  test('when it is replaced again and again, then the oldest are gone, and never the one that is confirmed', async () => {
    const id = await createEntrega(platform, COURIER);
    for (const seed of [1, 2, 3, 4]) expect((await subir(id, photo(seed))).status).toBe(201);
    expect((await confirmar(id, photo(1))).status).toBe(409);
    expect((await confirmar(id, photo(2))).status).toBe(202);
    expect((await subir(id, photo(5))).status).toBe(409);
    expect((await readFoto(platform, id, as)).bytes).toEqual(photo(2));
  });

  test('when the signature is refused late, then the photo is as free as the delivery', async () => {
    const id = await createEntrega(platform, COURIER);
    await subir(id, photo(1));
    const { body } = await confirmar(id, photo(1));
    const { unitOfWork } = platform.logistica.container.database;
    await unitOfWork.write(async (tx) => {
      const confirmacion = await findConfirmacion(tx, body.task_id);
      await rechazarConfirmacion(tx, confirmacion!, 'Firma no válida', Date.now());
    });
    expect((await subir(id, photo(2))).status).toBe(201);
    expect((await readFoto(platform, id, as)).bytes).toEqual(photo(2));
    expect((await confirmar(id, photo(1))).status).toBe(202);
  });

  test('when it is replaced in the database, then it is not shown', async () => {
    const [one, other] = [await createEntrega(platform, COURIER), await createEntrega(platform, COURIER)];
    await subir(one, photo(1));
    await subir(other, photo(2));
    const { read: db, unitOfWork } = platform.logistica.container.database;
    const { datos } = await db
      .selectFrom('entrega_foto')
      .select('datos')
      .where('entrega_id', '=', other)
      .executeTakeFirstOrThrow();
    expect(datos).toMatch(/^v1:/);
    await unitOfWork.write((tx) =>
      tx.updateTable('entrega_foto').set({ datos }).where('entrega_id', '=', one).execute(),
    );
    expect((await readFoto(platform, one, as)).status).toBe(500);
  });
});

describe('who', () => {
  test('when somebody else asks for it or sends one, then there is no such delivery', async () => {
    const id = await createEntrega(platform, COURIER, { asignada_a: COURIER });
    await subir(id, photo(1));
    for (const token of [platform.token({ id: 8 }), platform.token({ id: 9, roles: ['Mensajero'] })]) {
      expect((await subir(id, photo(2), token)).status).toBe(404);
      expect((await readFoto(platform, id, token)).status).toBe(404);
    }
    // A dispatcher sees it, and confirms nothing.
    const dispatcher = platform.token({ id: 10, roles: ['Despacho'] });
    expect((await readFoto(platform, id, dispatcher)).bytes).toEqual(photo(1));
    expect((await subir(id, photo(2), dispatcher)).status).toBe(404);
  });

  test('when a courier has not claimed it, then its photo is not shown', async () => {
    const id = await createEntrega(platform, COURIER);
    await subir(id, photo(1));
    const courier = platform.token({ id: 9, roles: ['Mensajero'] });
    expect((await call(platform, 'GET', `/entrega/${id}`, { as: courier })).body.reservada).toBe(true);
    expect((await readFoto(platform, id, courier)).status).toBe(404);
  });

  test('when there is none, then 404', async () => {
    const id = await createEntrega(platform, COURIER);
    expect(await readFoto(platform, id, as)).toMatchObject({ status: 404 });
    expect((await subir(10 ** 9, photo(1))).status).toBe(404);
  });
});

describe('what is no photo', () => {
  const EXIF = 'La foto lleva datos EXIF, que dicen dónde y con qué se tomó; quítelos antes de enviarla';
  const METADATA = 'La foto lleva metadatos; quítelos antes de enviarla';
  const NO_JPEG = 'El cuerpo no es una foto JPEG';
  const good = someJpeg();
  const cut = (from: number, to: number) => Buffer.concat([good.subarray(0, from), good.subarray(to)]);

  test.each<[string, Uint8Array, string]>([
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1'), NO_JPEG],
    ['HTML', Buffer.from('<script>alert(1)</script>'), NO_JPEG],
    ['two bytes', good.subarray(0, 2), NO_JPEG],
    ['a picture that ends early', good.subarray(0, -1), NO_JPEG],
    ['a picture without its end', good.subarray(0, -2), NO_JPEG],
    ['a segment longer than the file', Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0xff, 0xff, 0]), NO_JPEG],
    ['a segment without a length', Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 0, 0xff, 0xd9]), NO_JPEG],
    ['nothing but the ends', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), NO_JPEG],
    [
      'bytes between segments',
      Buffer.concat([good.subarray(0, 2), Buffer.from('x'), good.subarray(2)]),
      NO_JPEG,
    ],
    [
      'no size',
      cut(good.indexOf(Buffer.from([0xff, 0xc0])), good.indexOf(Buffer.from([0xff, 0xc4]))),
      NO_JPEG,
    ],
    ['a width of nothing', someJpeg({ width: 0 }), NO_JPEG],
    ['a bomb', someJpeg({ width: 65_500, height: 65_500 }), 'La foto supera 4096 píxeles de lado'],
    ['EXIF', someJpeg({ segments: [metadata(0xe1, 'Exif\0\0MM\0*')] }), EXIF],
    ['XMP', someJpeg({ segments: [metadata(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>')] }), METADATA],
    ['IPTC', someJpeg({ segments: [metadata(0xed, 'Photoshop 3.0\0')] }), METADATA],
    ['a comment', someJpeg({ segments: [metadata(0xfe, 'Calle 1')] }), METADATA],
    ['a thumbnail beside JFIF', someJpeg({ segments: [metadata(0xe0, 'JFXX\0')] }), METADATA],
    ['several pictures in one', someJpeg({ segments: [metadata(0xe2, 'MPF\0')] }), METADATA],
    [
      'an archive behind the picture',
      someJpeg({ trailer: Buffer.from('PK') }),
      'La foto lleva datos detrás de la imagen; envíe solo la imagen',
    ],
  ])('when it is %s, then it is 400 and nothing is stored', async (_, body, detail) => {
    const id = await createEntrega(platform, COURIER);
    expect((await subir(id, body)).body).toEqual(
      problem(400, 'solicitud-invalida', detail, `/entrega/${id}/foto`),
    );
    expect((await readFoto(platform, id, as)).status).toBe(404);
  });

  test('when it has a colour profile, then it is taken', async () => {
    const id = await createEntrega(platform, COURIER);
    const segments = [metadata(0xe2, 'ICC_PROFILE\0\x01\x01'), metadata(0xee, 'Adobe\0d')];
    expect((await subir(id, someJpeg({ segments }))).status).toBe(201);
  });

  test('when it is larger than 320 KiB, of another type, or nothing, then 413, 415, 400', async () => {
    const id = await createEntrega(platform, COURIER);
    const path = `/entrega/${id}/foto`;
    expect((await subir(id, largeJpeg(LIMIT + 1))).body).toEqual(
      problem(413, 'cuerpo-demasiado-grande', 'El cuerpo supera 320 KiB', path),
    );
    expect((await sendFoto(platform, id, good, as, { 'content-type': 'image/png' })).body).toEqual(
      problem(415, 'tipo-no-admitido', 'El cuerpo debe ser image/jpeg', path),
    );
    expect((await subir(id, Buffer.alloc(0))).body).toEqual(
      problem(400, 'solicitud-invalida', 'Falta el cuerpo image/jpeg', path),
    );
    // The other routes take no more than before.
    const body = { ...(await signedBody(platform, id, COURIER)), relleno: 'x'.repeat(300 * 1024) };
    expect((await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body })).status).toBe(413);
  });
});

test('when a confirmation signs a photo, then that costs one statement; without one nothing more than before', async () => {
  const quiet = await startPlatform({ redis: false });
  await quiet.logistica.container.outbox.stop();
  const token = quiet.token({ id: COURIER });
  const cost = async (fields: object): Promise<number> => {
    const id = await createEntrega(quiet, COURIER);
    await sendFoto(quiet, id, photo(1), token);
    const body = await signedBody(quiet, id, COURIER, { ...someFields(), ...fields });
    const before = databaseWork.statements;
    expect((await call(quiet, 'POST', `/entrega/${id}/confirmar`, { as: token, body })).status).toBe(202);
    return databaseWork.statements - before;
  };
  /** What polls besides only adds. */
  const least = async (fields: object): Promise<number> => {
    const costs: number[] = [];
    for (let n = 0; n < 8; n += 1) costs.push(await cost(fields));
    return Math.min(...costs);
  };
  const without = await least({});
  expect(await least({ capturado: '2026-11-25T10:00:00.000Z' })).toBe(without);
  expect(await least({ foto_sha256: sha256Hex(photo(1)) })).toBe(without + 1);
  await quiet.close();
});
