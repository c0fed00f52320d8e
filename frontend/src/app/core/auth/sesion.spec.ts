import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { ApiError } from '@medisupply/api-client/api-client';
import { LogisticaApi } from '../api/logistica-api';
import { problemInterceptor } from '../api/problem.interceptor';
import { tokenFor } from '../../../testing/token';
import { BASE } from '../guardado/has-base';
import { bearerInterceptor } from './bearer.interceptor';
import { Sesion } from './sesion';
import { sessionHint } from './session-hint';
import { ultimoUsuario } from './ultimo-usuario';

const REFRESH = '/api/v1/autorizador/token/refresh';
const ENTREGAS = '/api/v1/logistica/entregas';
const JSON_TYPE = { headers: { 'content-type': 'application/json' } };

let http: HttpTestingController;
let sesion: Sesion;
let logistica: LogisticaApi;
let goneTo: unknown[];

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal('indexedDB', undefined);
  // jsdom has no Web Locks: one tab, so nobody to wait for.
  Object.defineProperty(navigator, 'locks', {
    configurable: true,
    value: { request: (_name: string, use: () => unknown) => use() },
  });
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      provideHttpClient(withInterceptors([problemInterceptor, bearerInterceptor])),
      provideHttpClientTesting(),
    ],
  });
  http = TestBed.inject(HttpTestingController);
  sesion = TestBed.inject(Sesion);
  logistica = TestBed.inject(LogisticaApi);
  goneTo = [];
  const router = TestBed.inject(Router);
  vi.spyOn(router, 'navigate').mockImplementation((...args) => {
    goneTo.push(args);
    return Promise.resolve(true);
  });
});

afterEach(() => {
  http.verify();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What the code under test does after an answer takes a few turns of the event loop. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

async function logIn(token = tokenFor({ id: 7, nombre: 'ana' })): Promise<string> {
  const done = sesion.iniciar('ana', 'una frase larga');
  http.expectOne('/api/v1/autorizador/login').flush(JSON.stringify({ token, expira_en: 900 }), JSON_TYPE);
  await done;
  return token;
}

const answerRefresh = (token: string) =>
  http.expectOne(REFRESH).flush(JSON.stringify({ token, expira_en: 900 }), JSON_TYPE);

const refuse = (url: string, status: number, detail = 'No') =>
  http.expectOne(url).flush(JSON.stringify({ detail, request_id: 'r-1' }), {
    status,
    statusText: '',
    headers: { 'content-type': 'application/problem+json' },
  });

describe('a session', () => {
  test('when someone logs in, then who they are is known and nothing of the token is stored', async () => {
    await logIn(tokenFor({ id: 7, nombre: 'María Ñandú', roles: ['usuario', 'Admin'] }));
    expect(sesion.usuario()).toEqual({ id: 7, nombre: 'María Ñandú', roles: ['usuario', 'Admin'] });
    expect([sesion.hasRole('Admin'), sesion.hasRole('System')]).toEqual([true, false]);
    expect(Object.entries(localStorage)).toEqual([['medisupply.sesion', '1']]);
  });

  test('when the password was for one use, then nobody is signed in until another is chosen', async () => {
    const change = tokenFor({ id: 7, nombre: 'ana' });
    const done = sesion.iniciar('ana', 'k7pm-2xqr-aaaa-bbbb');
    const answer = JSON.stringify({ token: change, expira_en: 900, cambiar_contrasena: true });
    http.expectOne('/api/v1/autorizador/login').flush(answer, JSON_TYPE);
    await done;
    expect([sesion.isSignedIn(), sessionHint.isSet()]).toEqual([false, false]);
    expect(sesion.porCambiar()).toEqual({ nombre: 'ana', contrasena: 'k7pm-2xqr-aaaa-bbbb', token: change });

    const changed = sesion.cambiarContrasena('k7pm-2xqr-aaaa-bbbb', 'una frase larga');
    await settled();
    const request = http.expectOne('/api/v1/autorizador/contrasena');
    expect(request.request.headers.get('authorization')).toBe(`Bearer ${change}`);
    request.flush(JSON.stringify({ token: tokenFor({ id: 7, nombre: 'ana' }), expira_en: 900 }), JSON_TYPE);
    await changed;
    expect([sesion.isSignedIn(), sesion.porCambiar()]).toEqual([true, undefined]);
  });

  test('when an administrator has to approve the account, then signing up signs nobody in', async () => {
    const done = sesion.registrar('ana', 'una frase larga');
    http
      .expectOne('/api/v1/autorizador/signup')
      .flush(
        JSON.stringify({ usuario: { id: 7, nombre: 'ana', roles: ['usuario'], activo: false } }),
        JSON_TYPE,
      );
    expect([await done, sesion.isSignedIn()]).toEqual([false, false]);
  });

  test('when there was none before, then nothing is asked at start', async () => {
    await sesion.restaurar();
    expect([sesion.isSignedIn(), sesion.restauracion()]).toEqual([false, 'lista']);
  });

  test('when the page is reloaded, then the cookie gives a new token', async () => {
    sessionHint.set();
    const done = sesion.restaurar();
    answerRefresh(tokenFor({ id: 7, nombre: 'ana' }));
    await done;
    expect([sesion.usuario()?.nombre, sesion.restauracion()]).toEqual(['ana', 'lista']);
  });

  test('when the cookie is worth nothing any more, then the session is over, without a word', async () => {
    sessionHint.set();
    const done = sesion.restaurar();
    refuse(REFRESH, 401);
    await done;
    expect([sesion.isSignedIn(), sesion.restauracion(), sessionHint.isSet(), goneTo]).toEqual([
      false,
      'lista',
      false,
      [],
    ]);
  });

  test('when nobody can say whether it holds, then it is kept for later', async () => {
    sessionHint.set();
    const done = sesion.restaurar();
    refuse(REFRESH, 503);
    await done;
    expect([sesion.restauracion(), sessionHint.isSet()]).toEqual(['sin-respuesta', true]);
  });

  describe('without an answer, in a browser that knows who was signed in last', () => {
    const ANA = { id: 7, nombre: 'ana', roles: ['Mensajero'] as const };

    beforeEach(() => {
      vi.stubGlobal('indexedDB', { databases: () => Promise.resolve([{ name: BASE }]) });
      vi.spyOn(ultimoUsuario, 'leer').mockResolvedValue(ANA);
      sessionHint.set();
    });

    async function openOffline(): Promise<void> {
      const done = sesion.restaurar();
      http.expectOne(REFRESH).error(new ProgressEvent('error'));
      await done;
      expect([sesion.usuario(), sesion.isOffline(), sesion.restauracion()]).toEqual([ANA, true, 'lista']);
    }

    test('when the server cannot be reached, then it opens for them, and a request asks for a token first', async () => {
      await openOffline();
      const done = logistica.call('GET /entregas');
      await settled();
      answerRefresh(tokenFor({ id: 7, nombre: 'ana' }));
      await settled();
      const { request, flush } = expectRequest(ENTREGAS);
      expect(request.headers.get('authorization')).toBe(`Bearer ${sesion.token}`);
      flush('[]', JSON_TYPE);
      await done;
      expect([sesion.isOffline(), sesion.usuario()?.nombre]).toEqual([false, 'ana']);
    });

    test('when the server does not answer at all, then nobody waits for it', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const done = sesion.restaurar();
      await vi.dynamicImportSettled();
      await vi.advanceTimersByTimeAsync(3_000);
      await done;
      expect(sesion.isOffline()).toBe(true);
      answerRefresh(tokenFor({ id: 7, nombre: 'ana' }));
      await vi.advanceTimersByTimeAsync(0);
      expect(sesion.isOffline()).toBe(false);
    });

    test('when the server says that the session is over, then the login page follows and nothing is kept of it', async () => {
      const forgotten = vi.spyOn(ultimoUsuario, 'olvidar').mockResolvedValue();
      await openOffline();
      const done = logistica.call('GET /entregas');
      await settled();
      refuse(REFRESH, 401);
      await settled();
      refuse(ENTREGAS, 401);
      await expect(done).rejects.toMatchObject({ status: 401 });
      expect([sesion.usuario(), forgotten.mock.calls.length]).toEqual([undefined, 1]);
      expect(goneTo).toEqual([[['/acceso/entrar'], { queryParams: { motivo: 'terminada', volver: '/' } }]]);
    });
  });

  test('when the token is about to expire, then it is renewed a minute before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await logIn();
    await vi.advanceTimersByTimeAsync(839_000);
    http.expectNone(REFRESH);
    await vi.advanceTimersByTimeAsync(1_000);
    const next = tokenFor({ id: 7, nombre: 'ana', jti: 'next' });
    answerRefresh(next);
    await vi.advanceTimersByTimeAsync(0);
    expect(sesion.token).toBe(next);
  });

  test('when the renewal fails for lack of a connection, then it is tried again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await logIn();
    await vi.advanceTimersByTimeAsync(840_000);
    http.expectOne(REFRESH).error(new ProgressEvent('error'));
    await vi.advanceTimersByTimeAsync(15_000);
    answerRefresh(tokenFor({ id: 7, nombre: 'ana' }));
    await vi.advanceTimersByTimeAsync(0);
    expect(sesion.isSignedIn()).toBe(true);
  });

  test('when it is closed everywhere, then the server closes it and the login page follows', async () => {
    await logIn();
    const done = sesion.cerrar({ todas: true });
    const request = http.expectOne('/api/v1/autorizador/logout');
    expect(request.request.body).toEqual({ todas: true });
    request.flush(JSON.stringify({ mensaje: 'Sesión cerrada' }), JSON_TYPE);
    await done;
    expect([sesion.isSignedIn(), goneTo]).toEqual([
      false,
      [[['/acceso/entrar'], { queryParams: { motivo: 'cerrada' } }]],
    ]);
  });

  test('when the server cannot be reached, then the session goes on and the caller gets the error', async () => {
    await logIn();
    const done = sesion.cerrar({ todas: false });
    refuse('/api/v1/autorizador/logout', 503);
    await expect(done).rejects.toThrow(ApiError);
    expect(sesion.isSignedIn()).toBe(true);
  });
});

describe('a request', () => {
  test('when someone is signed in, then it carries their token', async () => {
    const token = await logIn();
    const done = logistica.call('GET /entregas', { query: { limite: 5 } });
    const { request, flush } = expectRequest(`${ENTREGAS}?limite=5`);
    expect(request.headers.get('authorization')).toBe(`Bearer ${token}`);
    flush('[]', {
      headers: { 'content-type': 'application/json', link: '<?limite=5&cursor=abc>; rel="next"' },
    });
    expect(await done).toMatchObject({ status: 200, data: [], next: 'abc' });
  });

  test('when the token is refused, then it is renewed once for all and each request is sent again', async () => {
    await logIn();
    const both = Promise.all([logistica.call('GET /entregas'), logistica.call('GET /inventario')]);
    refuse(ENTREGAS, 401);
    refuse('/api/v1/logistica/inventario', 401);
    await settled();
    const next = tokenFor({ id: 7, nombre: 'ana', jti: 'next' });
    answerRefresh(next);
    await settled();
    for (const url of [ENTREGAS, '/api/v1/logistica/inventario']) {
      const { request, flush } = expectRequest(url);
      expect(request.headers.get('authorization')).toBe(`Bearer ${next}`);
      flush('[]', JSON_TYPE);
    }
    expect((await both).map(({ data }) => data)).toEqual([[], []]);
  });

  test('when the new token is refused as well, then that is the answer', async () => {
    await logIn();
    const done = logistica.call('GET /entregas');
    refuse(ENTREGAS, 401);
    await settled();
    answerRefresh(tokenFor({ id: 7, nombre: 'ana', jti: 'next' }));
    await settled();
    refuse(ENTREGAS, 401, 'El token no es válido');
    await expect(done).rejects.toMatchObject({ status: 401, message: 'El token no es válido' });
  });

  test('when the session is over, then the login page follows and will lead back', async () => {
    await logIn();
    vi.spyOn(TestBed.inject(Router), 'url', 'get').mockReturnValue('/tareas?estado=FAILURE');
    const done = logistica.call('GET /entregas');
    refuse(ENTREGAS, 401, 'El token venció');
    await settled();
    refuse(REFRESH, 401);
    await expect(done).rejects.toMatchObject({ status: 401, message: 'El token venció' });
    expect(goneTo).toEqual([
      [['/acceso/entrar'], { queryParams: { motivo: 'terminada', volver: '/tareas?estado=FAILURE' } }],
    ]);
  });

  test('when it is refused, then the text and the request id are at hand', async () => {
    const done = logistica.call('GET /entrega/:id', { params: { id: 9 } });
    refuse('/api/v1/logistica/entrega/9', 404, 'Entrega no encontrada');
    await expect(done).rejects.toMatchObject({
      status: 404,
      message: 'Entrega no encontrada',
      problem: { request_id: 'r-1' },
    });
  });

  test('when nobody answers, then the status is 0', async () => {
    const done = logistica.call('GET /entregas');
    http.expectOne(ENTREGAS).error(new ProgressEvent('error'));
    await expect(done).rejects.toMatchObject({ status: 0 });
  });

  test('when it is aborted, then it ends at once', async () => {
    const aborter = new AbortController();
    const done = logistica.call('GET /entregas', { signal: aborter.signal });
    const { cancelled } = expectRequest(ENTREGAS);
    aborter.abort();
    await expect(done).rejects.toMatchObject({ name: 'AbortError' });
    expect(cancelled()).toBe(true);
  });
});

function expectRequest(url: string) {
  const found = http.expectOne(url);
  return {
    request: found.request,
    flush: found.flush.bind(found) as typeof found.flush,
    cancelled: () => found.cancelled,
  };
}
