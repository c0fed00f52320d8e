import { inject } from '@angular/core';
import type { CanActivateFn, CanMatchFn } from '@angular/router';
import { Router } from '@angular/router';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { Sesion } from './sesion';

/** Lets in who is signed in; others log in first and then come back to the page they asked for. */
export const signedIn: CanActivateFn = (_route, { url }) => {
  const sesion = inject(Sesion);
  const router = inject(Router);
  if (sesion.isSignedIn()) return true;
  const queryParams = url === '/' ? {} : { volver: url };
  return sesion.restauracion() === 'sin-respuesta'
    ? router.createUrlTree(['/acceso/sin-conexion'], { queryParams })
    : router.createUrlTree(['/acceso/entrar'], { queryParams });
};

/** The access pages are for who is not signed in. */
export const signedOut: CanActivateFn = (route) =>
  !inject(Sesion).isSignedIn() || inject(Router).parseUrl(safeReturnUrl(route.queryParamMap.get('volver')));

/** Only for who has to choose another password. */
export const hasToChangePassword: CanActivateFn = () =>
  inject(Sesion).porCambiar() !== undefined || inject(Router).createUrlTree(['/acceso/entrar']);

/** A route for some roles; for others the next route of the same path is tried, which shows that they have no permission. */
export const withRole =
  (...roles: Rol[]): CanMatchFn =>
  () =>
    inject(Sesion).hasRole(...roles);

/** A page of this app, never an address elsewhere. */
export const safeReturnUrl = (volver: string | null): string =>
  volver !== null && /^\/(?![/\\])/.test(volver) && !volver.startsWith('/acceso') ? volver : '/';
