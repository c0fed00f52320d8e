import type { Routes } from '@angular/router';
import { featureTexts } from '../core/i18n/transloco';

export const routes: Routes = [
  {
    path: '',
    providers: [
      featureTexts('confirmar', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
    ],
    children: [
      { path: '', loadComponent: async () => (await import('./elegir-page')).ElegirPage },
      { path: ':id', loadComponent: async () => (await import('./confirmar-page')).ConfirmarPage },
    ],
  },
];
