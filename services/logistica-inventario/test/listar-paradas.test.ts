/** What a courier still has to deliver, found by its number, and the order of stops. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, problem, signedBody } from './support.ts';

const ADMIN = 1;
const COURIER = 11;
const DISPATCHER = 12;

let platform: Platform;
let admin: string;
let courier: string;
let dispatcher: string;
/** Each test has couriers of its own. */
let users = 100;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
  admin = platform.token({ id: ADMIN, roles: ['Admin'] });
  courier = platform.token({ id: COURIER, roles: ['Mensajero'] });
  dispatcher = platform.token({ id: DISPATCHER, roles: ['Despacho'] });
});
afterAll(() => platform.close());

interface Row {
  id: number;
  orden: number | null;
}

const newCourier = () => {
  const id = ++users;
  return { id, token: platform.token({ id, roles: ['Mensajero'] }) };
};
const list = (query: string, as: string): Promise<Answer> =>
  call(platform, 'GET', `/entregas?${query}`, { as });
const idsOf = (answer: Answer): number[] => answer.body.map(({ id }: Row) => id);
const nextOf = (answer: Answer) => /^<\?([^>]+)>; rel="next"$/.exec(String(answer.headers['link']))?.[1];
const entregas = async (count: number, more: object, creator = ADMIN): Promise<number[]> => {
  const ids: number[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await createEntrega(platform, creator, { ...more }));
  return ids;
};
const ordenar = (asignada_a: number, ids: number[], as = dispatcher) =>
  call(platform, 'POST', '/entregas/orden', { as, body: { asignada_a, entregas: ids } });

/** Follows `Link` from the first page to the last. */
async function pages(query: string, as: string): Promise<number[][]> {
  const found: number[][] = [];
  let next: string | undefined = query;
  while (next !== undefined) {
    const answer: Answer = await list(next, as);
    expect(answer.status).toBe(200);
    found.push(idsOf(answer));
    next = nextOf(answer);
  }
  return found;
}

describe('mias', () => {
  test('when somebody asks for theirs, then what they carry and is open comes, in its order, the others by age', async () => {
    const { id: mine, token } = newCourier();
    const [a, b, c, d, e] = (await entregas(5, { asignada_a: mine })) as [
      number,
      number,
      number,
      number,
      number,
    ];
    await entregas(1, { asignada_a: COURIER });
    await entregas(1, {});
    expect((await ordenar(mine, [d, b])).status).toBe(200);
    expect(idsOf(await list('mias=true', token))).toEqual([d, b, a, c, e]);
    for (const limite of [1, 2, 3, 4, 5])
      expect((await pages(`mias=true&limite=${limite}`, token)).flat()).toEqual([d, b, a, c, e]);
    expect(await pages('mias=true&limite=2', token)).toEqual([[d, b], [a, c], [e]]);
    expect((await list('mias=true', token)).body.map(({ orden }: Row) => orden)).toEqual([
      1,
      2,
      null,
      null,
      null,
    ]);
    // Nobody is shown another one's stops, who sees everything neither.
    expect(idsOf(await list('mias=true', admin))).not.toContain(a);
  });

  test('when one is confirmed, cancelled, or given back, then it is none of the stops; after a failed attempt it is', async () => {
    const { id: mine, token } = newCourier();
    const [confirmed, cancelled, back, failed] = (await entregas(4, { asignada_a: mine })) as [
      number,
      number,
      number,
      number,
    ];
    await call(platform, 'POST', `/entrega/${confirmed}/confirmar`, {
      as: token,
      body: await signedBody(platform, confirmed, mine),
    });
    await call(platform, 'POST', `/entregas/${cancelled}/cancelar`, { as: admin });
    await ordenar(mine, [back, failed]);
    await call(platform, 'POST', `/entregas/${back}/soltar`, { as: token });
    await call(platform, 'POST', `/entrega/${failed}/intento-fallido`, {
      as: token,
      body: { motivo: 'AUSENTE' },
    });
    expect((await list('mias=true', token)).body).toMatchObject([
      { id: failed, orden: 2, estado: 'INTENTO_FALLIDO' },
    ]);
    // Whoever takes it next has another day.
    await call(platform, 'POST', `/entregas/${back}/tomar`, { as: courier });
    expect((await call(platform, 'GET', `/entrega/${back}`, { as: admin })).body.orden).toBeNull();
  });

  test('when it is combined with other filters, then only rows that match all of them come', async () => {
    const { id: mine, token } = newCourier();
    const [wanted] = await entregas(1, { asignada_a: mine, pedido_id: 'ZX-1', estado: 'EN BODEGA' });
    await entregas(1, { asignada_a: mine, pedido_id: 'ZX-2' });
    await entregas(1, { asignada_a: mine, pedido_id: 'YX-1', estado: 'EN BODEGA' });
    for (const filter of ['pedido_prefijo=ZX-1', 'pedido_id=ZX-1', 'pedido_prefijo=Z&estado=EN%20BODEGA'])
      expect(idsOf(await list(`mias=true&${filter}`, token))).toEqual([wanted]);
    expect(idsOf(await list('mias=true&sin_asignar=true', token))).toEqual([]);
  });

  test.each(['1', '1.', 'x.1', '-1.1', '1.1.1', '1.1x', '9999999999999999.1'])(
    'when the cursor stands for %s, then 400',
    async (text) => {
      const cursor = Buffer.from(text).toString('base64url');
      expect((await list(`mias=true&cursor=${cursor}`, courier)).status).toBe(400);
    },
  );
});

describe('pedido_prefijo', () => {
  test('when order numbers begin with it, then they come in their order, case and wildcards as they are', async () => {
    const numbers = ['Q%7-2', 'Q%7-10', 'Q%7', 'q%7-1', 'Qx7-1', 'Q%8'];
    const ids = new Map<string, number>();
    for (const pedido_id of numbers) ids.set(pedido_id, await createEntrega(platform, ADMIN, { pedido_id }));
    const wanted = ['Q%7', 'Q%7-10', 'Q%7-2'].map((pedido_id) => ids.get(pedido_id));
    expect(idsOf(await list('pedido_prefijo=Q%257', dispatcher))).toEqual(wanted);
    expect((await pages('pedido_prefijo=Q%257&limite=1', dispatcher)).flat()).toEqual(wanted);
    expect((await pages('pedido_prefijo=Q%257&limite=1', admin)).flat()).toEqual(wanted);
  });

  test('when it ends in the last character there is, or numbers go on with any, then all are found', async () => {
    const last = String.fromCodePoint(0x10ffff);
    const [one, two, three] = [
      await createEntrega(platform, ADMIN, { pedido_id: `Ñ${last}` }),
      await createEntrega(platform, ADMIN, { pedido_id: `Ñ${last}9` }),
      await createEntrega(platform, ADMIN, { pedido_id: 'Ñ\u{1f4e6}' }),
    ];
    const found = (prefix: string) => list(`pedido_prefijo=${encodeURIComponent(prefix)}`, dispatcher);
    expect(idsOf(await found(`Ñ${last}`))).toEqual([one, two]);
    expect(idsOf(await found('Ñ'))).toEqual([three, one, two]);
    await createEntrega(platform, ADMIN, { pedido_id: '\ud7ff' });
    expect(idsOf(await found('\ud7ff'))).toHaveLength(1);
  });

  test('when somebody sees few of them, then only those come, whatever stands between', async () => {
    const { id: mine, token } = newCourier();
    const own: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await entregas(2, { pedido_id: `K-${n}`, asignada_a: COURIER });
      own.push(...(await entregas(1, { pedido_id: `K-${n}`, asignada_a: mine })));
    }
    expect(await pages('pedido_prefijo=K-&limite=2', token)).toEqual([
      own.slice(0, 2),
      own.slice(2, 4),
      own.slice(4),
    ]);
    expect(idsOf(await list('pedido_prefijo=K-&estado=OTRO', token))).toEqual([]);
    expect(idsOf(await list('pedido_prefijo=K-&pedido_id=K-3', token))).toEqual([own[3]]);
  });

  test('when thousands are somebody else’s, then a page may be empty and the next one goes on', async () => {
    const { unitOfWork } = platform.logistica.container.database;
    await unitOfWork.write(async (tx) => {
      for (let first = 0; first < 6_000; first += 500)
        await tx
          .insertInto('entrega')
          .values(
            Array.from({ length: 500 }, (_, n) => ({
              direccion: 'x',
              pedido_id: `AJENO-${String(first + n).padStart(6, '0')}`,
              estado: 'EN_CAMINO',
              creada_por: 'usuario:1',
              creador_id: 1,
              asignada_a: 99,
              creada: 0,
              actualizada: 0,
            })),
          )
          .execute();
    });
    const { id: mine, token } = newCourier();
    const [wanted] = await entregas(1, { pedido_id: 'AJENO-9', asignada_a: mine });
    expect(await pages('pedido_prefijo=AJENO-', token)).toEqual([[], [wanted]]);
  });

  test('when it is what nobody carries, then what is closed or carried is not among it', async () => {
    const [open] = await entregas(1, { pedido_id: 'LIBRE-1' });
    await entregas(1, { pedido_id: 'LIBRE-2', asignada_a: COURIER });
    const [cancelled] = await entregas(1, { pedido_id: 'LIBRE-3' });
    await call(platform, 'POST', `/entregas/${cancelled}/cancelar`, { as: admin });
    expect(idsOf(await list('pedido_prefijo=LIBRE&sin_asignar=true', courier))).toEqual([open]);
  });

  test.each(['pedido_prefijo=', 'pedido_prefijo=x&cursor=MQ', 'pedido_prefijo=x&cursor=MS4A'])(
    'when the query is %s, then 400',
    async (query) => {
      expect((await list(query, dispatcher)).status).toBe(400);
    },
  );
});

describe('claro', () => {
  test('when a list is asked for in clear, then addresses, recipients and items of what is seen in full are', async () => {
    const { body: producto } = await call(platform, 'POST', '/inventario', {
      as: admin,
      body: { sku: 'GUANTES-1', nombre: 'Guantes', stock: 10 },
    });
    const items = [{ producto_id: producto.id, cantidad: 2 }];
    const one = { direccion: 'Avenida Clara 1', destinatario: 'Eva Gil', pedido_id: 'CLARO-1', items };
    const [mine] = await entregas(1, { ...one, asignada_a: COURIER });
    const [free] = await entregas(1, { ...one, pedido_id: 'CLARO-2' });
    const [without] = await entregas(1, { direccion: 'x', pedido_id: 'CLARO-3', asignada_a: COURIER });
    const named = [{ producto_id: producto.id, sku: 'GUANTES-1', nombre: 'Guantes', cantidad: 2 }];
    const answer = await list('claro=true&pedido_prefijo=CLARO', courier);
    expect(answer.body).toMatchObject([
      { id: mine, direccion: 'Avenida Clara 1', destinatario: 'Eva Gil', items: named },
      { id: free, direccion: null, destinatario: null, reservada: true, items: named },
      { id: without, direccion: 'x', destinatario: null, items: [] },
    ]);
    const stored = await list('pedido_prefijo=CLARO', courier);
    expect(stored.body[0]).toMatchObject({ direccion: expect.stringMatching(/^v1:/) });
    expect(stored.body[0].destinatario).toMatch(/^v1:/);
    expect(stored.body[0]).not.toHaveProperty('items');
    expect(JSON.stringify(stored.body)).not.toContain('Clara');
    expect((await call(platform, 'GET', `/entrega/${mine}`, { as: courier })).body).toMatchObject({
      destinatario: 'Eva Gil',
      items: [{ ...named[0], estado: 'RESERVADO' }],
    });
    expect((await call(platform, 'GET', `/entrega/${free}`, { as: courier })).body.destinatario).toBeNull();
    expect(idsOf(await list('claro=true&mias=true', courier))).toContain(mine);
  });

  test('when one of them cannot be opened, then the others come all the same', async () => {
    const { id: mine, token } = newCourier();
    const [broken, good] = await entregas(2, { asignada_a: mine });
    await platform.logistica.container.database.unitOfWork.write((tx) =>
      tx.updateTable('entrega').set({ direccion: 'v1:x' }).where('id', '=', broken!).execute(),
    );
    expect((await list('claro=true&mias=true', token)).body).toMatchObject([
      { id: broken, direccion: null },
      { id: good, direccion: 'Calle 10 # 5-51' },
    ]);
  });
});

describe('POST /entregas/orden', () => {
  test('when stops are put in order, then the others have no place any more, and who carries them is told', async () => {
    const { id: mine, token } = newCourier();
    const [a, b, c] = (await entregas(3, { asignada_a: mine })) as [number, number, number];
    expect(await ordenar(mine, [c, a, b])).toMatchObject({
      status: 200,
      body: { asignada_a: mine, entregas: [c, a, b] },
    });
    expect((await ordenar(mine, [c, b], admin)).status).toBe(200);
    expect((await list('mias=true', token)).body).toMatchObject([
      { id: c, orden: 1 },
      { id: b, orden: 2 },
      { id: a, orden: null },
    ]);
    const { read } = platform.logistica.container.database;
    const events = await read
      .selectFrom('evento')
      .select(['tipo', 'entrega_id', 'datos'])
      .where('entrega_id', 'in', [a, b, c])
      .where('tipo', '=', 'tomada')
      .orderBy('id')
      .execute();
    expect(events.map(({ entrega_id, datos }) => [entrega_id, JSON.parse(datos!).orden])).toEqual([
      [a, 2],
      [b, 3],
      [c, 1],
      [a, null],
      [b, 2],
    ]);
    expect(JSON.parse(events[0]!.datos!)).toEqual({ asignada_a: mine, orden: 2 });
    expect((await ordenar(mine, [])).status).toBe(200);
    expect((await list('mias=true', token)).body.every(({ orden }: Row) => orden === null)).toBe(true);
  });

  test('when one is not theirs, is not open or is not there, then 409 and nothing changes', async () => {
    const { id: mine, token } = newCourier();
    const [a, b] = (await entregas(2, { asignada_a: mine })) as [number, number];
    const [foreign] = await entregas(1, { asignada_a: COURIER });
    await ordenar(mine, [b]);
    await call(platform, 'POST', `/entrega/${a}/confirmar`, {
      as: token,
      body: await signedBody(platform, a, mine),
    });
    for (const other of [foreign!, a, 10 ** 9]) {
      const answer = await ordenar(mine, [b, other]);
      expect(answer.body).toEqual(
        problem(
          409,
          'conflicto',
          `No las lleva ese usuario, o ya no están abiertas: ${other}`,
          '/entregas/orden',
        ),
      );
    }
    expect((await list('mias=true', token)).body).toMatchObject([{ id: b, orden: 1 }]);
  });

  test('when it is not a dispatcher who asks, or the list is not one, then it is refused', async () => {
    const { id: mine, token } = newCourier();
    const [a] = (await entregas(1, { asignada_a: mine })) as [number];
    for (const as of [token, platform.token({ id: mine })])
      expect((await ordenar(mine, [a], as)).status).toBe(403);
    expect((await ordenar(mine, [a, a])).status).toBe(400);
    expect(
      (
        await ordenar(
          mine,
          Array.from({ length: 201 }, (_, n) => n + 1),
        )
      ).status,
    ).toBe(400);
  });
});
