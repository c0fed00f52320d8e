import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { migrations } from '../src/database.ts';
import type { Autorizador } from './support.ts';
import { bearer, grantRoles, startAutorizador } from './support.ts';

test('when users of an older version are there, then whoever could confirm what nobody carries may claim it now', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-mensajeros-'));
  const file = join(folder, 'autorizador.db');
  const { '060-mensajeros': mensajeros, ...before060 } = migrations;
  await migrate(file, before060);
  const db = new Database(file);
  const insert = db.prepare(
    `insert into usuario (nombre, nombre_clave, contrasena_hash, roles, activo, token_version, creado, actualizado)
     values (@nombre, @nombre, 'x', @roles, @activo, 1, 0, 0)`,
  );
  const users = [
    ['ana', ['usuario'], 1],
    ['eva', ['usuario', 'Admin'], 1],
    ['baja', ['usuario'], 0],
    ['programa', ['System'], 1],
    ['jefa', ['Admin'], 1],
  ] as const;
  for (const [nombre, roles, activo] of users) insert.run({ nombre, roles: JSON.stringify(roles), activo });
  await migrate(file, { ...before060, '060-mensajeros': mensajeros });
  expect(db.prepare('select nombre, roles, token_version from usuario').raw().all()).toEqual([
    ['ana', '["usuario","Mensajero"]', 1],
    ['eva', '["usuario","Admin","Mensajero"]', 1],
    ['baja', '["usuario"]', 1],
    ['programa', '["System"]', 1],
    ['jefa', '["Admin"]', 1],
  ]);
  db.close();
  rmSync(folder, { recursive: true });
});

describe('GET /mensajeros', () => {
  let autorizador: Autorizador;

  beforeAll(async () => {
    autorizador = await startAutorizador();
  });

  afterAll(() => autorizador.close());

  /** A new user with these roles, logged in with them. */
  async function newUsuario(...roles: Rol[]): Promise<{ id: number; nombre: string; token: string }> {
    const { id, nombre } = await autorizador.newUsuario();
    await grantRoles(autorizador, id, roles);
    return { id, nombre, token: (await autorizador.login(nombre)).body.token };
  }

  const list = (token: string, query = '') =>
    autorizador.call('GET', `/mensajeros${query}`, undefined, bearer(token));

  test('when who hands out deliveries asks, then the answer is the active couriers, by id and name alone', async () => {
    const courier = await newUsuario('usuario', 'Mensajero');
    const dispatcher = await newUsuario('usuario', 'Despacho');
    const gone = await newUsuario('usuario', 'Mensajero');
    const admin = await autorizador.adminToken();
    await autorizador.call('PATCH', `/usuarios/${gone.id}`, { activo: false }, bearer(admin));
    for (const token of [dispatcher.token, admin])
      expect(await list(token)).toMatchObject({
        status: 200,
        body: [{ id: courier.id, nombre: courier.nombre }],
      });
    expect(Object.keys((await list(admin)).body[0])).toEqual(['id', 'nombre']);
  });

  test('when anybody else asks, then 403, and 401 without a token', async () => {
    for (const roles of [['usuario'], ['usuario', 'Mensajero'], ['System']] satisfies Rol[][]) {
      const { token } = await newUsuario(...roles);
      expect(await list(token)).toMatchObject({
        status: 403,
        body: { detail: 'Se necesita el rol Despacho o Admin' },
      });
    }
    expect((await autorizador.call('GET', '/mensajeros')).status).toBe(401);
  });

  test('when pages are followed, then every courier comes once, the newest first', async () => {
    for (let i = 0; i < 5; i++) await newUsuario('usuario', 'Mensajero');
    const { token } = await newUsuario('Despacho');
    const all = (await list(token, '?limite=200')).body.map(({ id }: { id: number }) => id) as number[];
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    const found: number[] = [];
    let next: string | undefined = '?limite=2';
    while (next !== undefined) {
      const page = await list(token, next);
      expect(page.body.length).toBeLessThanOrEqual(2);
      found.push(...page.body.map(({ id }: { id: number }) => id));
      next = /^<(\?[^>]+)>; rel="next"$/.exec(String(page.headers['link'] ?? ''))?.[1];
    }
    expect(found).toEqual(all);
    for (const query of ['?limite=0', '?limite=201', '?cursor='])
      expect((await list(token, query)).status).toBe(400);
    expect((await list(token, '?otro=1')).status).toBe(200);
  });
});
