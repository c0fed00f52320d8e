import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, problem, signedBody, someFields } from './support.ts';

const CREATOR = 7;
const ASSIGNEE = 8;
const CONFIRMER = 9;
const STRANGER = 10;
const COURIER = 11;
const DISPATCHER = 12;
const ADMIN = 1;

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
});

afterAll(() => platform.close());

const ROLES: Readonly<Record<number, Rol>> = {
  [ADMIN]: 'Admin',
  [COURIER]: 'Mensajero',
  [DISPATCHER]: 'Despacho',
};
const tokenOf = (id: number) => platform.token({ id, roles: [ROLES[id] ?? 'usuario'] });

const list = (query: string, userId: number): Promise<Answer> =>
  call(platform, 'GET', `/entregas${query}`, { as: tokenOf(userId) });

/** Follows `Link` from the first page to the last. */
async function pages(query: string, userId: number): Promise<number[][]> {
  const found: number[][] = [];
  let next: string | undefined = query;
  while (next !== undefined) {
    const answer: Answer = await list(next, userId);
    expect(answer.status).toBe(200);
    found.push(answer.body.map((row: { id: number }) => row.id));
    next = /^<(\?[^>]+)>; rel="next"$/.exec(String(answer.headers['link'] ?? ''))?.[1];
  }
  return found;
}

async function seen(pedidoId: string, userId: number): Promise<number[]> {
  const answer = await list(`?pedido_id=${pedidoId}`, userId);
  return answer.body.map((row: { id: number }) => row.id);
}

test('when pages are followed to the end, then every delivery comes once, the newest first', async () => {
  const ids: number[] = [];
  for (let i = 0; i < 7; i++) ids.push(await createEntrega(platform, CREATOR, { pedido_id: 'PED-paginas' }));
  const newestFirst = ids.toReversed();
  expect(await pages('?pedido_id=PED-paginas&limite=3', CREATOR)).toEqual([
    newestFirst.slice(0, 3),
    newestFirst.slice(3, 6),
    newestFirst.slice(6),
  ]);
  expect(await pages('?pedido_id=PED-paginas&limite=7', CREATOR)).toEqual([newestFirst]);
  expect(await pages('?pedido_id=PED-paginas&limite=3', ADMIN)).toEqual(
    await pages('?pedido_id=PED-paginas&limite=3', CREATOR),
  );
});

test('when rows are added between two pages, then the second page goes on where the first ended', async () => {
  const ids: number[] = [];
  for (let i = 0; i < 4; i++) ids.push(await createEntrega(platform, CREATOR, { pedido_id: 'PED-nuevas' }));
  const first = await list('?pedido_id=PED-nuevas&limite=2', CREATOR);
  await createEntrega(platform, CREATOR, { pedido_id: 'PED-nuevas' });
  const next = /<(.*)>/.exec(String(first.headers['link']))![1]!;
  expect((await list(next, CREATOR)).body.map((row: { id: number }) => row.id)).toEqual([ids[1], ids[0]]);
});

test('when there is nothing to show, then the answer is an empty array without Link', async () => {
  const answer = await list('?pedido_id=PED-no-hay', CREATOR);
  expect(answer).toMatchObject({ status: 200, body: [] });
  expect(answer.headers['link']).toBeUndefined();
});

test('when filters are combined, then only rows that match both come', async () => {
  const wanted = await createEntrega(platform, CREATOR, { pedido_id: 'PED-filtro', estado: 'EN BODEGA' });
  await createEntrega(platform, CREATOR, { pedido_id: 'PED-filtro', estado: 'EN_CAMINO' });
  await createEntrega(platform, CREATOR, { pedido_id: 'PED-otro', estado: 'EN BODEGA' });
  const answer = await list('?estado=EN%20BODEGA&pedido_id=PED-filtro', CREATOR);
  expect(answer.body.map((row: { id: number }) => row.id)).toEqual([wanted]);
});

test('when deliveries are listed, then personal fields are ciphertext, as stored', async () => {
  const id = await createEntrega(platform, CREATOR, {
    pedido_id: 'PED-cifra',
    direccion: 'Avenida Secreta 9',
  });
  const answer = await list('?pedido_id=PED-cifra', CREATOR);
  expect(answer.body).toEqual([
    {
      id,
      direccion: expect.stringMatching(/^v1:[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+){3}$/),
      destinatario: null,
      pedido_id: 'PED-cifra',
      estado: 'EN_CAMINO',
      asignada_a: null,
      orden: null,
      creada_por: 'usuario:7',
      confirmada_por: null,
      nombre_recibe: null,
      firma_recibe: null,
      integridad_firma: null,
      fecha_entrega: null,
      creada: expect.any(String),
      actualizada: expect.any(String),
    },
  ]);
  expect(JSON.stringify(answer.body)).not.toContain('Secreta');
});

test('when a delivery is open, then couriers see it; assigned or confirmed, then only who has to do with it', async () => {
  const open = await createEntrega(platform, CREATOR, { pedido_id: 'PED-visible' });
  const assigned = await createEntrega(platform, CREATOR, { pedido_id: 'PED-visible', asignada_a: ASSIGNEE });
  const confirmed = await createEntrega(platform, CREATOR, {
    pedido_id: 'PED-visible',
    asignada_a: CONFIRMER,
  });
  const accepted = await call(platform, 'POST', `/entrega/${confirmed}/confirmar`, {
    as: tokenOf(CONFIRMER),
    body: await signedBody(platform, confirmed, CONFIRMER, {
      direccion: 'Calle 10 # 5-51',
      nombre_recibe: 'Ana',
      firma_recibe: 'x',
      pedido_id: 'PED-visible',
    }),
  });
  expect(accepted.status).toBe(202);

  expect(await seen('PED-visible', CREATOR)).toEqual([confirmed, assigned, open]);
  expect(await seen('PED-visible', ADMIN)).toEqual([confirmed, assigned, open]);
  expect(await seen('PED-visible', DISPATCHER)).toEqual([confirmed, assigned, open]);
  expect(await seen('PED-visible', ASSIGNEE)).toEqual([assigned]);
  expect(await seen('PED-visible', CONFIRMER)).toEqual([confirmed]);
  expect(await seen('PED-visible', COURIER)).toEqual([open]);
  expect(await seen('PED-visible', STRANGER)).toEqual([]);
  // The list and the single delivery follow one rule.
  for (const viewer of [CREATOR, ADMIN, DISPATCHER, ASSIGNEE, CONFIRMER, COURIER, STRANGER]) {
    const visible = await seen('PED-visible', viewer);
    for (const id of [open, assigned, confirmed]) {
      const { status } = await call(platform, 'GET', `/entrega/${id}`, { as: tokenOf(viewer) });
      expect(status).toBe(visible.includes(id) ? 200 : 404);
    }
  }
});

test('when a service key asks for the list, then it is not allowed', async () => {
  const answer = await call(platform, 'GET', '/entregas', { key: await platform.serviceKey('worker') });
  expect(answer.status).toBe(403);
  expect(answer.body).toEqual(
    problem(403, 'no-permitido', 'Esta clave de servicio no da acceso a la operación', '/entregas'),
  );
});

test.for([
  '?limite=0',
  '?limite=201',
  '?limite=1000000000',
  '?limite=-1',
  '?limite=1.5',
  '?limite=',
  '?limite=1&limite=2',
  '?cursor=',
  '?cursor=%00',
  '?cursor=bm8tbnVtZXJv',
  '?cursor=LTE',
  `?cursor=${Buffer.from('99999999999999999').toString('base64url')}`,
  `?cursor=${'A'.repeat(201)}`,
  '?estado=',
  '?estado=%00',
  '?pedido_id=%E2%80%AE',
  `?pedido_id=${'x'.repeat(65)}`,
])('when the query is %s, then it is refused', async (query) => {
  const answer = await list(query, CREATOR);
  expect(answer).toMatchObject({ status: 400, body: { instance: '/entregas', status: 400 } });
});

test('when what nobody carries is asked for, then it comes as far as it can be claimed and may be seen', async () => {
  const pedido_id = 'PED-por-tomar';
  const free = await createEntrega(platform, CREATOR, { pedido_id });
  await createEntrega(platform, CREATOR, { pedido_id, asignada_a: ASSIGNEE });
  const cancelled = await createEntrega(platform, CREATOR, { pedido_id });
  await call(platform, 'POST', `/entregas/${cancelled}/cancelar`, { as: tokenOf(CREATOR) });
  const confirmed = await createEntrega(platform, CREATOR, { pedido_id });
  const body = await signedBody(platform, confirmed, CREATOR, { ...someFields(), pedido_id });
  const answer = await call(platform, 'POST', `/entrega/${confirmed}/confirmar`, {
    as: tokenOf(CREATOR),
    body,
  });
  expect(answer.status).toBe(202);

  const query = `?pedido_id=${pedido_id}&sin_asignar=true`;
  for (const who of [COURIER, DISPATCHER, ADMIN, CREATOR]) expect(await pages(query, who)).toEqual([[free]]);
  for (const who of [ASSIGNEE, STRANGER]) expect(await pages(query, who)).toEqual([[]]);
  expect((await list('?sin_asignar=false', COURIER)).status).toBe(400);
});

test.for(['?orden=asc', '?__proto__=1', '?constructor=1', '?limite[$gt]=1'])(
  'when the query is %s, which nobody knows, then it is ignored',
  async (query) => {
    expect((await list(query, CREATOR)).status).toBe(200);
  },
);
