import type { Routes } from '@angular/router';
import { withRole } from '../core/auth/guards';
import { featureTexts } from '../core/i18n/transloco';
import { InventarioPage } from './inventario-page';

export const routes: Routes = [
  {
    path: '',
    providers: [
      featureTexts('inventario', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
    ],
    children: [
      { path: '', component: InventarioPage },
      {
        path: 'nuevo',
        canMatch: [withRole('Admin')],
        loadComponent: async () => (await import('./producto-nuevo-page')).ProductoNuevoPage,
      },
      {
        path: 'nuevo',
        data: { wholePage: true },
        loadComponent: async () => (await import('../ui/no-permission')).NoPermission,
      },
      { path: ':id', loadComponent: async () => (await import('./producto-page')).ProductoPage },
    ],
  },
];
