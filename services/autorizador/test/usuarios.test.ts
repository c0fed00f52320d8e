import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, CONTRASENA, startAutorizador } from './support.ts';
import type { Autorizador } from './support.ts';

let autorizador: Autorizador;
let admin: string;

beforeAll(async () => {
  autorizador = await startAutorizador();
  admin = await autorizador.adminToken();
});

afterAll(() => autorizador.close());

const signup = (body: unknown) => autorizador.call('POST', '/signup', body);
const storedUsuarios = () => autorizador.container.db.read.selectFrom('usuario').selectAll().execute();
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('POST /signup', () => {
  test('when the name is free, then 201 with a token and the role usuario', async () => {
    const answer = await signup({ nombre: 'ana', contrasena: CONTRASENA });
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'cache-control': 'no-store' },
      body: {
        mensaje: 'Usuario creado exitosamente',
        token: expect.any(String),
        usuario: { id: expect.any(Number), nombre: 'ana', roles: ['usuario'] },
      },
    });
    expect(Object.keys(answer.body).toSorted()).toEqual(['mensaje', 'token', 'usuario']);
    expect(claimsOf(answer.body.token)).toEqual({
      sub: String(answer.body.usuario.id),
      nombre: 'ana',
      roles: ['usuario'],
      tv: 1,
      iss: 'medisupply-autorizador',
      aud: 'medisupply',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
  });

  test('when the password is stored, then as argon2id and nowhere in clear', async () => {
    await signup({ nombre: 'hash', contrasena: CONTRASENA });
    const rows = await storedUsuarios();
    expect(rows.find((row) => row.nombre === 'hash')?.contrasena_hash).toMatch(/^\$argon2id\$v=19\$/);
    expect(JSON.stringify(rows)).not.toContain(CONTRASENA);
  });

  test.each([
    ['Repetida', 'Repetida'],
    ['MAYÚSCULAS', 'mayúsculas'],
    ['José NFC'.normalize('NFC'), 'José NFC'.normalize('NFD')],
    ['ancho', 'ａｎｃｈｏ'],
    // What looks the same: letters of other scripts, and letters and digits that one hardly tells apart.
    ['pedro', 'реdro'],
    ['MARTA', 'МАRТА'],
    ['isabel1', 'іsabell'],
    ['normal', 'norrnal'],
  ])('when %j exists, then %j is taken', async (first, second) => {
    expect((await signup({ nombre: first, contrasena: CONTRASENA })).status).toBe(201);
    expect(await signup({ nombre: second, contrasena: CONTRASENA })).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: { error: 'El nombre de usuario ya existe', mensaje: 'El nombre de usuario ya existe' },
    });
  });

  test('when a name holds a character that shows nothing, then 400', async () => {
    for (const hidden of ['\u034f', '\ufe0f', '\u3164'])
      expect(await signup({ nombre: `ocu${hidden}lto`, contrasena: CONTRASENA })).toMatchObject({
        status: 400,
        body: { errors: [{ path: 'body.nombre' }] },
      });
  });

  test('when 30 clients take one name at once, then one gets it and nobody gets a 5xx (hole 14)', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        signup({ nombre: i % 2 ? 'carrera' : 'CARRERA', contrasena: CONTRASENA }),
      ),
    );
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 29 }, () => 400),
    ]);
    expect((await storedUsuarios()).filter((row) => row.nombre_clave === 'carrera')).toHaveLength(1);
  });

  test.each([['Admin'], [['Admin', 'System']], [{}], [null], [7]])(
    'when the client chooses the roles %j, then they are ignored',
    async (roles) => {
      const { status, body } = await signup({
        nombre: `con roles ${JSON.stringify(roles).replaceAll(/\W/g, '')}0`,
        contrasena: CONTRASENA,
        roles,
      });
      expect([status, body.usuario.roles, claimsOf(body.token).roles]).toEqual([
        201,
        ['usuario'],
        ['usuario'],
      ]);
    },
  );

  test.each([
    'id',
    'activo',
    'token_version',
    'contrasena_hash',
    'estado',
    'usuario_id',
    'constructor',
    'prototype',
  ])('when the body also has %s, then 400 and no user', async (field) => {
    const nombre = `masa ${field}`;
    expect((await signup({ nombre, contrasena: CONTRASENA, [field]: 1 })).status).toBe(400);
    expect((await storedUsuarios()).some((row) => row.nombre === nombre)).toBe(false);
  });

  test('when the body has its own __proto__, then 400', async () => {
    const body = `{"nombre":"proto","contrasena":"${CONTRASENA}","__proto__":{"roles":["Admin"]}}`;
    expect((await signup(body)).status).toBe(400);
  });

  test.each(['password1', 'PASSWORD1', 'contraseña', '12345678', 'qwertyuiop'])(
    'when the password is the common %j, then 400',
    async (contrasena) => {
      expect(await signup({ nombre: 'comun', contrasena })).toMatchObject({
        status: 400,
        body: { error: 'La contraseña es demasiado común; elija otra' },
      });
    },
  );

  test('when the password is the name, then 400', async () => {
    expect((await signup({ nombre: 'Sandía azul', contrasena: 'SANDÍA AZUL' })).status).toBe(400);
  });

  test.each([
    ['ab', CONTRASENA],
    ['a'.repeat(51), CONTRASENA],
    ['<script>', CONTRASENA],
    ['dos\nlíneas', CONTRASENA],
    ['espacio ', CONTRASENA],
    ['corta', 'Abc-123'],
    ['larga', 'x'.repeat(129)],
  ])('when nombre is %j, then 400 names the field', async (nombre, contrasena) => {
    const { status, body } = await signup({ nombre, contrasena });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { path: expect.stringMatching(/^body\.(nombre|contrasena)$/), message: expect.any(String) },
    ]);
    expect(body.detail).not.toContain(contrasena);
  });

  test.each([
    ['abc', 'x1-y2-z3'],
    ['ñ'.repeat(50), 'Z-'.repeat(64)],
    ["O'Brien, no", undefined],
    ['ana.pérez+bodega@medisupply', '🔑🔑🔑🔑 llave'],
  ])(
    'when nombre %j and the password are at their limits, then 201 or a 400 for the comma',
    async (nombre, contrasena) => {
      const { status } = await signup({ nombre, contrasena: contrasena ?? CONTRASENA });
      expect(status).toBe(nombre.includes(',') ? 400 : 201);
    },
  );
});

describe('GET /usuarios', () => {
  test('when an administrator asks, then the users come newest first, without hashes, paged', async () => {
    const created = [
      await autorizador.newUsuario(),
      await autorizador.newUsuario(),
      await autorizador.newUsuario(),
    ];
    const first = await autorizador.call('GET', '/usuarios?limite=2', undefined, bearer(admin));
    expect(first.status).toBe(200);
    expect(first.body).toEqual(
      [created[2], created[1]].map((usuario) => ({
        id: usuario?.id,
        nombre: usuario?.nombre,
        roles: ['usuario'],
        activo: true,
        creado: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      })),
    );
    const next = /<(\?[^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1];
    const second = await autorizador.call('GET', `/usuarios${next}`, undefined, bearer(admin));
    expect(second.body[0].id).toBe(created[0]?.id);
  });

  test('when the last page is reached, then there is no next', async () => {
    const { headers, body } = await autorizador.call('GET', '/usuarios?limite=200', undefined, bearer(admin));
    expect(headers.link).toBeUndefined();
    expect(body.at(-1)).toMatchObject({ nombre: 'admin', roles: ['Admin'] });
  });

  test.each([
    'limite=0',
    'limite=201',
    'limite=1e9',
    'limite=-1',
    'limite=1.5',
    'limite=',
    'cursor=',
    'cursor=%00',
    'cursor=abc',
    'limite=1&limite=2',
    'orden=nombre',
  ])('when the query is %s, then 400', async (query) => {
    expect((await autorizador.call('GET', `/usuarios?${query}`, undefined, bearer(admin))).status).toBe(400);
  });

  test('when a user without the role Admin asks, then 403; without a token, then 401', async () => {
    const { token } = await autorizador.newUsuario();
    expect((await autorizador.call('GET', '/usuarios', undefined, bearer(token))).status).toBe(403);
    const anonymous = await autorizador.call('GET', '/usuarios');
    expect(anonymous).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('Bearer') },
    });
  });
});

const patch = (id: number | string, body: unknown, token = admin) =>
  autorizador.call('PATCH', `/usuarios/${id}`, body, bearer(token));

describe('PATCH /usuarios/:id', () => {
  test('when roles are granted, then the old token is refused at once and a new login has them', async () => {
    const { id, nombre, token } = await autorizador.newUsuario();
    expect(await patch(id, { roles: ['usuario', 'System'] })).toMatchObject({
      status: 200,
      body: { id, nombre, roles: ['usuario', 'System'], activo: true },
    });
    expect((await autorizador.call('POST', '/sign-data', {}, bearer(token))).status).toBe(401);
    const { body } = await autorizador.login(nombre);
    expect(claimsOf(body.token)).toMatchObject({ roles: ['usuario', 'System'], tv: 2 });
  });

  test('when the change changes nothing, then tokens stay good', async () => {
    const { id, token } = await autorizador.newUsuario();
    expect((await patch(id, { roles: ['usuario'], activo: true })).status).toBe(200);
    expect((await autorizador.call('POST', '/sign-data', {}, bearer(token))).status).toBe(400);
  });

  test('when a user is deactivated, then token, login and refresh are refused, and activating brings login back', async () => {
    const { id, nombre, token } = await autorizador.newUsuario();
    const { refresh_token } = (await autorizador.login(nombre)).body;
    expect((await patch(id, { activo: false })).body).toMatchObject({ activo: false });
    expect((await autorizador.call('POST', '/sign-data', {}, bearer(token))).status).toBe(401);
    expect(await autorizador.login(nombre)).toMatchObject({
      status: 401,
      body: { error: 'Nombre de usuario o contraseña incorrectos' },
    });
    expect((await autorizador.call('POST', '/token/refresh', { refresh_token })).status).toBe(401);
    await patch(id, { activo: true });
    expect((await autorizador.login(nombre)).status).toBe(200);
    expect((await autorizador.call('POST', '/token/refresh', { refresh_token })).status).toBe(401);
  });

  test('when the last administrator would go, then 409 and nothing changes', async () => {
    const [{ id }] = (
      await autorizador.call('GET', '/usuarios?limite=200', undefined, bearer(admin))
    ).body.slice(-1);
    for (const body of [{ roles: ['usuario'] }, { activo: false }, { roles: ['System'], activo: false }]) {
      expect(await patch(id, body)).toMatchObject({
        status: 409,
        body: { error: 'Debe quedar al menos un administrador activo' },
      });
    }
    expect((await autorizador.call('GET', '/usuarios', undefined, bearer(admin))).status).toBe(200);
  });

  test('when two administrators remove each other at once, then one of them stays', async () => {
    const { id, nombre } = await autorizador.newUsuario();
    await patch(id, { roles: ['Admin'] });
    const other = (await autorizador.login(nombre)).body.token;
    const [{ id: adminId }] = (
      await autorizador.call('GET', '/usuarios?limite=200', undefined, bearer(admin))
    ).body.slice(-1);
    const answers = await Promise.all([
      patch(id, { activo: false }, admin),
      patch(adminId, { activo: false }, other),
    ]);
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect([401, 409]).toContain(statuses.find((status) => status !== 200));
    const active = (await storedUsuarios()).filter(
      (row) => row.activo === 1 && row.roles.includes('"Admin"'),
    );
    expect(active).toHaveLength(1);
    // Put things back for the tests that follow.
    if (active[0]?.id === id) {
      await patch(adminId, { activo: true }, other);
      admin = await autorizador.adminToken();
      await patch(id, { activo: false });
    }
  });

  test.each([
    {},
    { roles: [] },
    { roles: ['root'] },
    { roles: ['Admin', 'Admin'] },
    { roles: 'Admin' },
    { roles: null },
    { roles: [null] },
    { activo: 'true' },
    { activo: 1 },
    { activo: null },
    { nombre: 'otro' },
    { contrasena: CONTRASENA },
    { roles: ['usuario'], token_version: 9 },
  ])('when the body is %j, then 400', async (body) => {
    const { id } = await autorizador.newUsuario();
    expect((await patch(id, body)).status).toBe(400);
  });

  test.each(['-1', '0', '1.5', '1e9', '9007199254740993', '1%20OR%201=1', '%00', '..%2F1', 'abc', '01'])(
    'when the id is %s, then 400 or 404',
    async (id) => {
      expect([400, 404]).toContain((await patch(id, { activo: true })).status);
    },
  );

  test('when nobody has the id, then 404', async () => {
    expect(await patch(999_999, { activo: true })).toMatchObject({
      status: 404,
      body: { error: 'Usuario no encontrado' },
    });
  });

  test('when a user without the role tries, then 403 for others and for themselves', async () => {
    const { id, token } = await autorizador.newUsuario();
    for (const target of [1, id]) expect((await patch(target, { roles: ['Admin'] }, token)).status).toBe(403);
  });
});

test('when roles are granted or access is taken away, then one line tells who did what to whom, and from where', async () => {
  const { id } = await autorizador.newUsuario();
  const token = await autorizador.adminToken();
  const before = autorizador.logged.length;
  expect((await patch(id, { roles: ['usuario', 'System'] }, token)).status).toBe(200);
  expect((await patch(id, { activo: false }, token)).status).toBe(200);
  expect((await patch(id, { roles: ['nada'] }, token)).status).toBe(400);
  const lines = autorizador.logged.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
  const common = {
    auditoria: true,
    accion: 'usuario.modificar',
    quien: 'usuario:1',
    sobre: { id: String(id) },
  };
  expect(lines.filter(({ auditoria }) => auditoria === true)).toEqual([
    expect.objectContaining({ ...common, cambios: { roles: ['usuario', 'System'] }, desde: '127.0.0.1' }),
    expect.objectContaining({ ...common, cambios: { activo: false } }),
  ]);
});
