import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bearer, CONTRASENA, startAutorizador } from './support.ts';
import type { Answer, Autorizador } from './support.ts';

const OUR_PAGE = 'http://localhost:4200';
const NUEVA = 'Calabaza-Martes-42';

let autorizador: Autorizador;
let admin: string;
let now = Date.now();

beforeAll(async () => {
  autorizador = await startAutorizador({ now: () => now, corsOrigins: OUR_PAGE });
});
beforeEach(async () => {
  now = Date.now();
  admin = await autorizador.adminToken();
});
afterAll(() => autorizador.close());

const cambiar = (token: string, body: unknown, headers = {}) =>
  autorizador.call('POST', '/contrasena', body, { ...bearer(token), ...headers });
/** 400 for an empty body: who asks is known. */
const whoAmI = async (token: string) =>
  (await autorizador.call('POST', '/sign-data', {}, bearer(token))).status;
const refresh = (refresh_token: string) => autorizador.call('POST', '/token/refresh', { refresh_token });

async function loggedIn() {
  const usuario = await autorizador.newUsuario();
  const { body } = await autorizador.login(usuario.nombre);
  return { ...usuario, token: String(body.token), refresh_token: String(body.refresh_token) };
}

describe('POST /contrasena', () => {
  test('when the old password is right, then the new one counts, other sessions end, and a new one is open', async () => {
    const mine = await loggedIn();
    const elsewhere = (await autorizador.login(mine.nombre)).body;
    const answer = await cambiar(mine.token, { actual: CONTRASENA, nueva: NUEVA });
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.body).toEqual({
      mensaje: 'Contraseña cambiada',
      token: expect.any(String),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      expira_en: 900,
      usuario: { id: expect.any(Number), nombre: expect.any(String), roles: expect.any(Array) },
    });
    expect([await whoAmI(mine.token), await whoAmI(elsewhere.token)]).toEqual([401, 401]);
    expect((await refresh(mine.refresh_token)).status).toBe(401);
    expect((await refresh(elsewhere.refresh_token)).status).toBe(401);
    expect(await whoAmI(answer.body.token)).toBe(400);
    expect((await refresh(answer.body.refresh_token)).status).toBe(200);
    expect((await autorizador.login(mine.nombre)).status).toBe(401);
    expect((await autorizador.login(mine.nombre, NUEVA)).status).toBe(200);
  });

  test('when a page of ours asks, then the refresh token is a cookie', async () => {
    const { token } = await loggedIn();
    const answer = await cambiar(token, { actual: CONTRASENA, nueva: NUEVA }, { origin: OUR_PAGE });
    expect(Object.keys(answer.body).toSorted()).toEqual(['expira_en', 'mensaje', 'token', 'usuario']);
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^refresh_token=[\w-]{43}; .*HttpOnly; SameSite=Strict$/,
    );
  });

  test('when the old password is wrong, then 403, and five of them cost a delay, at login as well', async () => {
    const { token, nombre } = await loggedIn();
    const wrong = { actual: 'no es esta', nueva: NUEVA };
    expect(await cambiar(token, wrong)).toMatchObject({
      status: 403,
      body: {
        type: 'urn:medisupply:problem:contrasena-incorrecta',
        detail: 'La contraseña actual no es correcta',
        errors: [{ path: 'body.actual' }],
      },
    });
    for (let i = 0; i < 4; i++) await cambiar(token, wrong);
    expect((await cambiar(token, { actual: CONTRASENA, nueva: NUEVA })).status).toBe(429);
    expect((await autorizador.login(nombre)).status).toBe(429);
  });

  test.each([
    ['the old one', { nueva: CONTRASENA }],
    ['a common one', { nueva: 'password1' }],
    ['too short', { nueva: 'corta' }],
    ['absent', {}],
    ['with more fields', { nueva: NUEVA, usuario_id: 1 }],
  ])('when the new password is %s, then 400 and nothing changes', async (_what, body) => {
    const { token } = await loggedIn();
    expect((await cambiar(token, { actual: CONTRASENA, ...body })).status).toBe(400);
    expect(await whoAmI(token)).toBe(400);
  });

  test('when two changes come at once, then one wins', async () => {
    const { token } = await loggedIn();
    const answers = await Promise.all(
      [NUEVA, 'Zapallo-Jueves-43'].map((nueva) => cambiar(token, { actual: CONTRASENA, nueva })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  });

  test('when nobody asks, or a service, then 401 or 403', async () => {
    const body = { actual: CONTRASENA, nueva: NUEVA };
    expect((await autorizador.call('POST', '/contrasena', body)).status).toBe(401);
    const headers = { 'i-api-key': autorizador.secret('operator/service_key') };
    expect((await autorizador.call('POST', '/contrasena', body, headers)).status).toBe(403);
  });
});

const dar = (id: number, as = admin) =>
  autorizador.call('POST', `/usuarios/${id}/contrasena`, undefined, bearer(as));

describe('a one-time password', () => {
  test('when an Admin gives one, then it is answered once, the old one is dead and the sessions are over', async () => {
    const usuario = await loggedIn();
    const answer = await dar(usuario.id);
    expect(answer).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    expect(answer.body).toEqual({
      contrasena: expect.stringMatching(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/),
      usuario: {
        id: usuario.id,
        nombre: usuario.nombre,
        roles: ['usuario'],
        activo: true,
        creado: expect.any(String),
        contrasena_temporal: expect.stringMatching(/Z$/),
      },
    });
    expect((await autorizador.login(usuario.nombre)).status).toBe(401);
    expect(await whoAmI(usuario.token)).toBe(401);
    expect((await refresh(usuario.refresh_token)).status).toBe(401);
    expect(autorizador.logged.join()).not.toContain(answer.body.contrasena);
    expect(autorizador.logged.some((line) => line.includes('"auditoria":true'))).toBe(true);
  });

  test('when the user comes in with it, then another one can be chosen and nothing else done', async () => {
    const { id, nombre } = await autorizador.newUsuario();
    const { contrasena } = (await dar(id)).body;
    const entered = await autorizador.login(nombre, contrasena);
    expect(entered.status).toBe(200);
    expect(entered.body).toEqual({
      mensaje: 'Elija una contraseña nueva',
      token: expect.any(String),
      expira_en: 900,
      usuario: { id: expect.any(Number), nombre: expect.any(String), roles: expect.any(Array) },
      cambiar_contrasena: true,
    });
    expect(entered.headers['set-cookie']).toBeUndefined();
    const { token } = entered.body;
    expect(await whoAmI(token)).toBe(401);
    expect((await autorizador.call('GET', '/usuarios', undefined, bearer(token))).status).toBe(401);
    expect((await refresh(token)).status).toBe(400);

    expect((await cambiar(token, { actual: contrasena, nueva: contrasena })).status).toBe(400);
    const changed = await cambiar(token, { actual: contrasena, nueva: NUEVA });
    expect(changed.status).toBe(200);
    expect(await whoAmI(changed.body.token)).toBe(400);
    expect((await cambiar(token, { actual: NUEVA, nueva: CONTRASENA })).status).toBe(401);
    expect((await autorizador.login(nombre, contrasena)).status).toBe(401);
    expect((await autorizador.login(nombre, NUEVA)).body).not.toHaveProperty('cambiar_contrasena');
  });

  test('when an Admin has one, then not even an Admin may do anything else', async () => {
    const created = await autorizador.call(
      'POST',
      '/usuarios',
      { nombre: 'jefa', roles: ['Admin'] },
      bearer(admin),
    );
    const { token } = (await autorizador.login('jefa', created.body.contrasena)).body;
    expect((await autorizador.call('GET', '/usuarios', undefined, bearer(token))).status).toBe(401);
  });

  test('when nobody used it for three days, then 403 says so', async () => {
    const { id, nombre } = await autorizador.newUsuario();
    const { contrasena } = (await dar(id)).body;
    now += 72 * 3_600_000;
    expect(await autorizador.login(nombre, contrasena)).toMatchObject({
      status: 403,
      body: { detail: 'La contraseña de un solo uso venció; pida otra a un administrador' },
    });
  });

  test('when somebody else than an Admin asks, or for nobody, then 403 or 404', async () => {
    const { id, token } = await autorizador.newUsuario();
    expect((await dar(id, token)).status).toBe(403);
    expect((await dar(999_999)).status).toBe(404);
  });
});

describe('POST /usuarios', () => {
  const crear = (body: unknown, as = admin): Promise<Answer> =>
    autorizador.call('POST', '/usuarios', body, bearer(as));

  test('when an Admin gives no password, then the answer has one for the first login', async () => {
    const answer = await crear({ nombre: 'sin contraseña', roles: ['System'] });
    expect(answer).toMatchObject({
      status: 201,
      body: { usuario: { nombre: 'sin contraseña', roles: ['System'], activo: true } },
    });
    const { body } = await autorizador.login('sin contraseña', answer.body.contrasena);
    expect(body.cambiar_contrasena).toBe(true);
  });

  test('when an Admin gives a password, then it is the one, and it is not answered', async () => {
    const { status, body } = await crear({ nombre: 'con contraseña', contrasena: CONTRASENA });
    expect([status, Object.keys(body)]).toEqual([201, ['usuario']]);
    expect(body.usuario).not.toHaveProperty('contrasena_temporal');
    expect((await autorizador.login('con contraseña')).body).toHaveProperty('refresh_token');
  });

  test('when the name is taken or the password common, then 400; when somebody else asks, then 403', async () => {
    const { nombre, token } = await autorizador.newUsuario();
    expect((await crear({ nombre })).body.error).toBe('El nombre de usuario ya existe');
    expect((await crear({ nombre: 'otra persona', contrasena: 'password1' })).status).toBe(400);
    expect((await crear({ nombre: 'otra persona', roles: [] })).status).toBe(400);
    expect((await crear({ nombre: 'otra persona' }, token)).status).toBe(403);
  });
});
