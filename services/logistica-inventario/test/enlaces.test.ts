import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import { deliverWithItems } from '../../../tests/proof/support.ts';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { removeExpired } from '../src/retention.ts';
import { call, createEntrega, problem } from './support.ts';

const DAY = 24 * 3_600_000;

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform({
    worker: true,
    autorizador: true,
    env: { TRUST_PROXY: '127.0.0.1' },
  });
  as = platform.token({ id: 7 });
});

afterAll(() => platform.close());

const share = (id: number, body: object = {}, token = as) =>
  call(platform, 'POST', `/entrega/${id}/enlaces`, { as: token, body });
const follow = (token: string) => call(platform, 'POST', '/seguimiento', { body: { token } });
let addresses = 0;
/** From an address of its own, unless told otherwise. */
const proofBy = (token: string, palabra: string, from = `10.1.0.${(addresses += 1)}`) =>
  call(platform, 'POST', '/seguimiento/prueba', {
    body: { token, palabra },
    headers: { 'x-forwarded-for': from },
  });
const list = async (id: number) => (await call(platform, 'GET', `/entrega/${id}/enlaces`, { as })).body;
const tokenOf = ({ body }: { body: { url: string } }) => body.url.replace('/s#', '');

const TIME = expect.stringMatching(/Z$/);
const GONE = problem(404, 'no-encontrado', 'Este enlace no existe o ya no vale', '/seguimiento');

test('when a link is made, then it shows state, times and order to anybody, counts that, and nothing personal', async () => {
  const id = await createEntrega(platform, 7);
  const made = await share(id, { dias: 3 });
  const listed = {
    id: made.body.id,
    creado: TIME,
    creado_por: 'usuario:7',
    vence: TIME,
    revocado: null,
    con_palabra: false,
    bloqueado: false,
    vistas: 0,
    ultima_vista: null,
  };
  expect([made.status, made.body]).toEqual([
    201,
    { ...listed, url: expect.stringMatching(/^\/s#[\w-]{43}$/) },
  ]);
  expect(Date.parse(made.body.vence) - Date.parse(made.body.creado)).toBe(3 * DAY);

  const seen = await follow(tokenOf(made));
  expect([seen.status, seen.headers['cache-control'], seen.body]).toEqual([
    200,
    'no-store',
    {
      pedido_id: 'PED-1001',
      estado: 'EN_CAMINO',
      creada: TIME,
      actualizada: TIME,
      fecha_entrega: null,
      vence: made.body.vence,
      con_palabra: false,
    },
  ]);
  await follow(tokenOf(made));
  expect(await list(id)).toEqual([{ ...listed, vistas: 2, ultima_vista: TIME }]);
});

test('when the database is looked at, then neither token nor word is in it', async () => {
  const made = await share(await createEntrega(platform, 7), { palabra: 'girasol azul' });
  const rows = await platform.logistica.container.database.read
    .selectFrom('entrega_enlace')
    .selectAll()
    .execute();
  const stored = JSON.stringify(rows);
  expect(stored).not.toContain(tokenOf(made));
  expect(stored).not.toContain('girasol');
  expect(platform.logs.join('')).not.toContain(tokenOf(made));
});

test('when a link is unknown, revoked, or over, then the answer is the same', async () => {
  const id = await createEntrega(platform, 7);
  const [revoked, over] = [await share(id), await share(id)];
  const path = `/entrega/${id}/enlaces/${revoked.body.id}`;
  const first = await call(platform, 'DELETE', path, { as });
  expect([first.status, first.body.revocado]).toEqual([200, TIME]);
  expect((await call(platform, 'DELETE', path, { as })).body).toEqual(first.body);
  const { unitOfWork, read } = platform.logistica.container.database;
  await unitOfWork.write((tx) =>
    tx.updateTable('entrega_enlace').set({ vence: Date.now() }).where('id', '=', over.body.id).execute(),
  );
  for (const token of ['A'.repeat(43), tokenOf(revoked), tokenOf(over)]) {
    const { status, body } = await follow(token);
    expect([status, body]).toEqual([404, GONE]);
    expect((await proofBy(token, 'girasol')).body).toEqual({ ...GONE, instance: '/seguimiento/prueba' });
  }
  await removeExpired(platform.logistica.container.database, Date.now() + 91 * DAY);
  const left = read.selectFrom('entrega_enlace').select('id').where('entrega_id', '=', id).execute();
  expect((await left).map((row) => row.id)).not.toContain(over.body.id);
});

test.for([
  [{ dias: 0 }],
  [{ dias: 91 }],
  [{ dias: 1.5 }],
  [{ palabra: 'sol' }],
  [{ palabra: 7 }],
  [{ token: 'x' }],
] as const)('when a link is asked for with %j, then it is refused', async ([body]) => {
  expect((await share(await createEntrega(platform, 7), body)).status).toBe(400);
});

test('when a delivery has 20 links that are good, then there is no other until one is revoked', async () => {
  const id = await createEntrega(platform, 7);
  const made = [];
  for (let n = 0; n < 20; n += 1) made.push(await share(id));
  expect((await share(id)).status).toBe(409);
  await call(platform, 'DELETE', `/entrega/${id}/enlaces/${made[3]!.body.id}`, { as });
  expect((await share(id)).status).toBe(201);
});

describe('who may give links', () => {
  const people = () => ({
    creator: as,
    dispatcher: platform.token({ id: 30, roles: ['Despacho'] }),
    admin: platform.token({ id: 1, roles: ['Admin'] }),
    courier: platform.token({ id: 8, roles: ['Mensajero'] }),
    stranger: platform.token({ id: 50 }),
  });

  test('when somebody asks, then the creator and dispatchers may, its courier may not, and others do not see it', async () => {
    const id = await createEntrega(platform, 7, { asignada_a: 8 });
    const own = (await share(id)).body.id;
    const statuses: Record<string, number[]> = {};
    for (const [who, token] of Object.entries(people())) {
      const read = await call(platform, 'GET', `/entrega/${id}/enlaces`, { as: token });
      const made = await share(id, {}, token);
      const gone = await call(platform, 'DELETE', `/entrega/${id}/enlaces/${own}`, { as: token });
      statuses[who] = [made.status, read.status, gone.status];
    }
    expect(statuses).toEqual({
      creator: [201, 200, 200],
      dispatcher: [201, 200, 200],
      admin: [201, 200, 200],
      courier: [403, 403, 403],
      stranger: [404, 404, 404],
    });
    const other = await createEntrega(platform, 7);
    expect((await call(platform, 'DELETE', `/entrega/${other}/enlaces/${own}`, { as })).status).toBe(404);
  });
});

describe("the recipient's word", () => {
  test('when it is right, however it is spelled, then the proof comes with it', async () => {
    const id = await deliverWithItems(platform);
    const made = await share(id, { palabra: 'Girasol  Azul' });
    expect(made.body.con_palabra).toBe(true);
    const { status, headers, body } = await proofBy(tokenOf(made), ' girasol azul ');
    expect([status, headers['content-disposition']]).toEqual([
      200,
      `attachment; filename="entrega-${id}.pod.json"`,
    ]);
    const jwks = await fetch(`${platform.autorizador!.url}/.well-known/jwks.json`);
    const claves = clavesOf(await jwks.text())!;
    expect(await verificarPrueba(JSON.stringify(body), claves)).toMatchObject({ veredicto: 'autentica' });
  });

  test('when it is wrong five times, then the right one does not help any more, and a right one in between begins anew', async () => {
    const id = await deliverWithItems(platform);
    const token = tokenOf(await share(id, { palabra: 'girasol' }));
    const statuses = [];
    for (const palabra of ['uno', 'dos', 'girasol', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'girasol'])
      statuses.push((await proofBy(token, palabra)).status);
    expect(statuses).toEqual([403, 403, 200, 403, 403, 403, 403, 403, 403]);
    expect(await list(id)).toMatchObject([{ bloqueado: true }]);
    expect((await follow(token)).status).toBe(200);
  });

  test('when words are tried at once, then there are no more attempts for that', async () => {
    const id = await deliverWithItems(platform);
    const token = tokenOf(await share(id, { palabra: 'girasol' }));
    await Promise.all(Array.from({ length: 7 }, (_, n) => proofBy(token, `palabra ${n}`)));
    expect((await proofBy(token, 'girasol')).body.detail).toBe(
      'La palabra falló demasiadas veces; pida otro enlace',
    );
  });

  test('when the link has none, or the delivery is not delivered, then there is no proof', async () => {
    const waiting = await createEntrega(platform, 7);
    const [bare, early] = [await share(waiting), await share(waiting, { palabra: 'girasol' })];
    const answers = [await proofBy(tokenOf(bare), 'girasol'), await proofBy(tokenOf(early), 'girasol')];
    expect(answers.map(({ status }) => status)).toEqual([403, 409]);
  });
});

test('when one address asks too often, then it waits', async () => {
  const statuses = await Promise.all(Array.from({ length: 330 }, () => follow('A'.repeat(43))));
  expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([404, 429]));
  const words = await Promise.all(
    Array.from({ length: 21 }, () => proofBy('A'.repeat(43), 'girasol', '10.2.0.1')),
  );
  expect(words.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    ...Array<number>(20).fill(404),
    429,
  ]);
});
