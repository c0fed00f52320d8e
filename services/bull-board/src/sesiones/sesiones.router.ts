import { AsyncLocalStorage } from 'node:async_hooks';
import express from 'express';
import type { Request, RequestHandler, Response, Router } from 'express';
import { loginBody } from '@medisupply/shared/contracts/autorizador';
import { AppError, unauthorized } from '@medisupply/shared/http/app-error';
import { clientAddress } from '@medisupply/shared/http/client-address';
import { jsonBody } from '@medisupply/shared/http/json-body';
import type { AccesoDependencies } from './iniciar-sesion.ts';
import { iniciarSesion } from './iniciar-sesion.ts';
import { assertSameOrigin, isSafe } from './origen.ts';
import { sendLoginPage, sendLogoutPage } from './pagina.ts';
import type { Sesion, Sesiones } from './sesiones.ts';
import { endedCookie, sessionCookie } from './sesiones.ts';

/** Who is behind the request that is being handled. */
export const currentSesion = new AsyncLocalStorage<Sesion>();

const readForm = express.urlencoded({ extended: false, limit: '4kb', parameterLimit: 10 });

/** `GET|POST /login`, `GET|POST /logout`. Pages for browsers; a program that posts JSON gets 204 or problem+json. */
export function sesionesRouter(deps: AccesoDependencies): Router {
  const router = express.Router();

  router.get('/login', (request, response) => {
    if (deps.sesiones.buscar(request.get('cookie'))) response.redirect(303, '/');
    else sendLoginPage(response, 200);
  });

  router.post('/login', readCredentials, async (request, response) => {
    try {
      // A program has no Origin and no cookies to be abused; a browser always names one.
      assertSameOrigin(request, 'accept');
      const cookie = await iniciarSesion(deps, credentialsOf(request), clientAddress(request));
      response.set({ 'Set-Cookie': sessionCookie(cookie, request.secure), 'Cache-Control': 'no-store' });
      if (wantsPage(request)) response.redirect(303, '/');
      else response.status(204).end();
    } catch (error) {
      answerFailure(request, response, error);
    }
  });

  router.get('/logout', (request, response) => {
    const sesion = deps.sesiones.buscar(request.get('cookie'));
    if (sesion) sendLogoutPage(response, sesion.nombre);
    else response.redirect(303, '/login');
  });

  router.post('/logout', (request, response) => {
    assertSameOrigin(request, 'refuse');
    deps.sesiones.cerrar(request.get('cookie'));
    response.set({ 'Set-Cookie': endedCookie(request.secure), 'Cache-Control': 'no-store' });
    if (wantsPage(request)) response.redirect(303, '/login');
    else response.status(204).end();
  });

  return router;
}

/** Lets a session of an Admin through; anybody else gets the login page or a 401. */
export function requireSesion(sesiones: Sesiones): RequestHandler {
  return (request, response, next) => {
    const sesion = sesiones.buscar(request.get('cookie'));
    if (sesion) {
      if (!isSafe(request)) assertSameOrigin(request, 'refuse');
      currentSesion.run(sesion, next);
      return;
    }
    const error = unauthorized('Inicie sesión en el tablero');
    if (!wantsPage(request)) throw error;
    response.set(error.headers);
    sendLoginPage(response, error.status);
  };
}

const readCredentials: RequestHandler = (request, response, next) => {
  const read = request.is('application/x-www-form-urlencoded') ? readForm : jsonBody;
  read(request, response, next);
};

/** What is no possible account is answered like a wrong password. @throws AppError 401 */
function credentialsOf(request: Request) {
  const parsed = loginBody.safeParse(request.body);
  if (!parsed.success) throw unauthorized('Nombre de usuario o contraseña incorrectos');
  return parsed.data;
}

/** Shows the login again with the reason; a program's request goes on to the error handler. */
function answerFailure(request: Request, response: Response, error: unknown): void {
  if (!(error instanceof AppError) || !wantsPage(request)) throw error;
  const body: unknown = request.body;
  const nombre =
    typeof body === 'object' && body !== null && 'nombre' in body && typeof body.nombre === 'string'
      ? body.nombre.slice(0, 50)
      : '';
  response.set(error.headers);
  sendLoginPage(response, error.status, { error: error.message, nombre });
}

/** A navigation of a browser, as opposed to the board's own calls and to programs. */
const wantsPage = (request: Request): boolean => request.get('accept')?.includes('text/html') === true;
