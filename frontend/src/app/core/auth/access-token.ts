import type { Rol } from '@medisupply/shared/contracts/vocabulary';

export interface Usuario {
  id: number;
  nombre: string;
  roles: readonly Rol[];
}

/** What the app shows of a token. Nothing is decided by it: every service verifies the signature itself. */
export function usuarioOf(token: string): Usuario {
  const [, payload = ''] = token.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
    c.charCodeAt(0),
  );
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub: string; nombre: string; roles: Rol[] };
  return { id: Number(claims.sub), nombre: claims.nombre, roles: claims.roles };
}
