import type { Request } from 'express';
import { parseCookie, stringifySetCookie } from 'cookie';
import { forbidden } from '@medisupply/shared/http/app-error';

const NAME = 'refresh_token';
/** With autorizador's path at the gateway: the cookie travels to nobody else. */
export const COOKIE_ATTRIBUTES = {
  path: '/api/v1/autorizador',
  httpOnly: true,
  sameSite: 'strict',
} as const;

/** Where a refresh token came from decides where its successor goes: scripts in a page never see it. */
export type RefreshTokenSource = 'cookie' | 'body';

export interface PresentedRefreshToken {
  token: string | undefined;
  source: RefreshTokenSource;
}

/**
 * Whether the request comes from a page of ours. Browsers send `Origin` with every POST, and no script can forge it or
 * `Sec-Fetch-Site`; other clients send neither, and get their tokens in the body.
 */
export function isFromOurPage(request: Request, origins: readonly string[]): boolean {
  const origin = request.get('origin');
  if (origin === undefined) return false;
  return origins.includes(origin) || (origin !== 'null' && request.get('sec-fetch-site') === 'same-origin');
}

/**
 * The token in the body, else the one in the cookie.
 * @throws AppError 403 when a cookie arrives from a page that is not ours
 */
export function presentedRefreshToken(
  request: Request,
  inBody: string | undefined,
  origins: readonly string[],
): PresentedRefreshToken {
  if (inBody !== undefined) return { token: inBody, source: 'body' };
  const token = parseCookie(request.get('cookie') ?? '')[NAME];
  if (token !== undefined && !isFromOurPage(request, origins)) {
    throw forbidden('Origen no permitido; vea CORS_ORIGINS');
  }
  return { token, source: token === undefined ? 'body' : 'cookie' };
}

/** `Set-Cookie` for a token that ends at `expira` (ms UTC). */
export const refreshCookie = (request: Request, token: string, expira: number, ahora: number): string =>
  stringifySetCookie({
    ...COOKIE_ATTRIBUTES,
    name: NAME,
    value: token,
    secure: request.secure,
    maxAge: Math.max(0, Math.floor((expira - ahora) / 1000)),
  });

export const expiredRefreshCookie = (request: Request): string =>
  stringifySetCookie({
    ...COOKIE_ATTRIBUTES,
    name: NAME,
    value: '',
    secure: request.secure,
    maxAge: 0,
  });
