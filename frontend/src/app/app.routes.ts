import { inject } from '@angular/core';
import type { Routes } from '@angular/router';
import { signedIn, withRole } from './core/auth/guards';
import { Sesion } from './core/auth/sesion';
import { startOf } from './layout/sections';
import { pruebasTexts } from './pruebas/pruebas-texts';

/** Titles are keys of the core texts. */
export const routes: Routes = [
  { path: 'acceso', loadChildren: async () => (await import('./acceso/acceso.routes')).routes },
  {
    path: 's',
    title: 'nav.seguimiento',
    providers: [pruebasTexts],
    loadComponent: async () => (await import('./pruebas/seguimiento-page')).SeguimientoPage,
  },
  {
    path: 'entregas/:id/imprimir',
    title: 'nav.imprimir',
    canActivate: [signedIn],
    providers: [pruebasTexts],
    loadComponent: async () => (await import('./pruebas/imprimir-page')).ImprimirPage,
  },
  {
    path: '',
    loadComponent: async () => (await import('./layout/shell')).Shell,
    canActivate: [signedIn],
    children: [
      { path: '', pathMatch: 'full', redirectTo: () => startOf(inject(Sesion)) },
      {
        path: 'entregas',
        title: 'nav.entregas',
        loadChildren: async () => (await import('./entregas/entregas.routes')).routes,
      },
      {
        path: 'confirmar',
        title: 'nav.confirmar',
        loadChildren: async () => (await import('./confirmar/confirmar.routes')).routes,
      },
      {
        path: 'inventario',
        title: 'nav.inventario',
        loadChildren: async () => (await import('./inventario/inventario.routes')).routes,
      },
      {
        path: 'tareas',
        title: 'nav.tareas',
        loadChildren: async () => (await import('./tareas/tareas.routes')).routes,
      },
      {
        path: 'monitor',
        title: 'nav.monitor',
        loadChildren: async () => (await import('./monitor/monitor.routes')).routes,
      },
      {
        path: 'firmas',
        title: 'nav.firmas',
        loadChildren: async () => (await import('./firmas/firmas.routes')).routes,
      },
      {
        path: 'seguridad',
        title: 'nav.seguridad',
        loadChildren: async () => (await import('./seguridad/seguridad.routes')).routes,
      },
      {
        path: 'usuarios',
        title: 'nav.usuarios',
        canMatch: [withRole('Admin')],
        loadChildren: async () => (await import('./usuarios/usuarios.routes')).routes,
      },
      {
        path: 'usuarios',
        title: 'nav.usuarios',
        data: { wholePage: true },
        loadComponent: async () => (await import('./ui/no-permission')).NoPermission,
      },
      {
        path: 'contrasena',
        title: 'nav.contrasena',
        loadChildren: async () => (await import('./acceso/contrasena.routes')).routes,
      },
      {
        path: 'sin-red',
        title: 'nav.sin_conexion',
        loadComponent: async () => (await import('./layout/sin-red')).SinRed,
      },
      {
        path: '**',
        title: 'nav.no_encontrada',
        loadComponent: async () => (await import('./layout/not-found')).NotFound,
      },
    ],
  },
];
