import type { Request } from 'express';
import {
  contrasenaBody,
  contrasenaResponse,
  loginBody,
  loginResponse,
  logoutBody,
  messageResponse,
  refreshBody,
  refreshResponse,
} from '@medisupply/shared/contracts/autorizador';
import { clientAddress } from '@medisupply/shared/http/client-address';
import type { Route } from '@medisupply/shared/http/route';
import { publicRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { cambiarContrasena } from './cambiar-contrasena.ts';
import { cerrarSesion } from './cerrar-sesion.ts';
import { iniciarSesion } from './iniciar-sesion.ts';
import type { Entrada, Tokens } from './iniciar-sesion.ts';
import {
  expiredRefreshCookie,
  isFromOurPage,
  presentedRefreshToken,
  refreshCookie,
} from './refresh-cookie.ts';
import { CAMBIO_PATH } from './quien-llama.ts';
import { renovarSesion } from './renovar-sesion.ts';

const NO_STORE = { 'Cache-Control': 'no-store' };

export function sesionesRoutes(container: Container): Route[] {
  const { config, dispositivos, now } = container;
  const corsOrigins = config.CORS_ORIGINS;

  /** The refresh token goes into a cookie for a page of ours, into the body for any other client. */
  function tokensReply(
    request: Request,
    tokens: Tokens,
    options: { inCookie: boolean; mensaje?: string; usuario?: Entrada['usuario']; cookies?: string[] },
  ) {
    const { token, expira_en, refresh_token, refresh_expira } = tokens;
    const said = {
      ...(options.mensaje === undefined ? {} : { mensaje: options.mensaje }),
      ...(options.usuario ? { usuario: options.usuario } : {}),
    };
    if (!options.inCookie) return reply(200, { ...said, token, refresh_token, expira_en }, NO_STORE);
    const cookie = refreshCookie(request, refresh_token, refresh_expira, now());
    const cookies = [cookie, ...(options.cookies ?? [])];
    return reply(200, { ...said, token, expira_en }, { ...NO_STORE, 'Set-Cookie': cookies });
  }

  /** After a password was given: a page of ours is known from now on. */
  function enteredReply(request: Request, tokens: Entrada, nombre: string, mensaje: string) {
    const inCookie = isFromOurPage(request, corsOrigins);
    return tokensReply(request, tokens, {
      inCookie,
      mensaje,
      usuario: tokens.usuario,
      cookies: [dispositivos.cookie(request, nombre)],
    });
  }

  return [
    publicRoute({
      method: 'post',
      path: '/login',
      summary: 'Inicia sesión',
      tag: 'sesiones',
      body: loginBody,
      example: { nombre: 'ana', contrasena: 'una frase larga' },
      responses: {
        200: { description: 'Sesión iniciada', schema: loginResponse },
        401: { description: 'Nombre de usuario o contraseña incorrectos' },
        403: { description: 'Cuenta sin aprobar, o contraseña de un solo uso vencida' },
        429: { description: 'Demasiados intentos fallidos' },
      },
      handler: async ({ body, request }) => {
        const tokens = await iniciarSesion(container, body, {
          direccion: clientAddress(request),
          dispositivo: dispositivos.conocido(request, body.nombre),
        });
        if ('cambiar_contrasena' in tokens)
          return reply(200, { mensaje: 'Elija una contraseña nueva', ...tokens }, NO_STORE);
        return enteredReply(request, tokens, body.nombre, 'Inicio de sesión exitoso');
      },
    }),
    userRoute({
      method: 'post',
      path: CAMBIO_PATH,
      summary: 'Cambia la contraseña propia y cierra las demás sesiones',
      tag: 'sesiones',
      body: contrasenaBody,
      example: { actual: 'una frase larga', nueva: 'otra frase aún más larga' },
      responses: {
        200: { description: 'Contraseña cambiada; una sesión nueva', schema: contrasenaResponse },
        400: { description: 'Datos no válidos, contraseña común o sin cambios' },
        403: { description: 'La contraseña actual no es correcta' },
        429: { description: 'Demasiados intentos fallidos' },
      },
      handler: async ({ body, caller, request }) => {
        const { tokens, usuario } = await cambiarContrasena(container, caller.usuario_id, body, {
          direccion: clientAddress(request),
          dispositivo: (nombre) => dispositivos.conocido(request, nombre),
        });
        return enteredReply(request, tokens, usuario.nombre, 'Contraseña cambiada');
      },
    }),
    publicRoute({
      method: 'post',
      path: '/token/refresh',
      summary: 'Cambia un refresh token por otro y un token de acceso nuevo',
      tag: 'sesiones',
      body: refreshBody.optional(),
      responses: {
        200: { description: 'Tokens nuevos', schema: refreshResponse },
        401: { description: 'El refresh token falta, venció o ya se usó' },
        403: { description: 'Cookie de un origen no permitido' },
      },
      handler: async ({ body, request }) => {
        const { token, source } = presentedRefreshToken(request, body?.refresh_token, corsOrigins);
        return tokensReply(request, await renovarSesion(container, token), { inCookie: source === 'cookie' });
      },
    }),
    publicRoute({
      method: 'post',
      path: '/logout',
      summary: 'Cierra la sesión, o todas las del usuario',
      tag: 'sesiones',
      body: logoutBody.optional(),
      responses: {
        200: { description: 'Sesión cerrada', schema: messageResponse },
        401: { description: 'El refresh token falta, venció o ya se usó' },
        403: { description: 'Cookie de un origen no permitido' },
      },
      handler: async ({ body, request }) => {
        const { token, source } = presentedRefreshToken(request, body?.refresh_token, corsOrigins);
        await cerrarSesion(container, token, { todas: body?.todas ?? false });
        const headers = source === 'cookie' ? { 'Set-Cookie': expiredRefreshCookie(request) } : undefined;
        return reply(200, { mensaje: 'Sesión cerrada' }, headers);
      },
    }),
  ];
}
