import type { Routes } from '@angular/router';
import { withRole } from '../core/auth/guards';
import { featureTexts } from '../core/i18n/transloco';
import { TareasPage } from './tareas-page';

export const routes: Routes = [
  {
    path: '',
    providers: [
      featureTexts('tareas', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
    ],
    children: [
      { path: '', component: TareasPage },
      {
        path: 'nueva',
        canMatch: [withRole('Admin', 'System')],
        loadComponent: async () => (await import('./tarea-nueva-page')).TareaNuevaPage,
      },
      {
        path: 'nueva',
        data: { wholePage: true },
        loadComponent: async () => (await import('../ui/no-permission')).NoPermission,
      },
      { path: ':id', loadComponent: async () => (await import('./tarea-page')).TareaPage },
    ],
  },
];
