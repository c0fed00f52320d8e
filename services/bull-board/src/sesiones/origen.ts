import type { Request } from 'express';
import { forbidden } from '@medisupply/shared/http/app-error';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = (request: Request): boolean => SAFE.has(request.method);

/**
 * Refuses what another site's page made the browser send. Browsers name the origin with every request that changes
 * something; `unknown` says what becomes of a request without any (a program's).
 * @throws AppError 403
 */
export function assertSameOrigin(request: Request, unknown: 'accept' | 'refuse'): void {
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  if (site === undefined && origin === undefined) {
    if (unknown === 'accept') return;
    throw forbidden('Falta la cabecera Origin');
  }
  // Another port of the same host is `same-site`, and still somebody else's page.
  const fromOtherSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  // A page that sends no referrer names its origin `null`, even to itself.
  const isHidden = origin === 'null' && site === 'same-origin';
  const fromOtherOrigin = origin !== undefined && !isHidden && hostOf(origin) !== request.get('host');
  if (fromOtherSite || fromOtherOrigin) throw forbidden('La solicitud viene de otro sitio');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
