import type { Routes } from '@angular/router';
import { featureTexts } from '../core/i18n/transloco';
import { pruebasTexts } from '../pruebas/pruebas-texts';

export const routes: Routes = [
  {
    path: '',
    providers: [
      featureTexts('entregas', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
      pruebasTexts,
    ],
    children: [
      { path: '', loadComponent: async () => (await import('./entregas-page')).EntregasPage },
      {
        path: 'nueva',
        title: 'nav.entrega_nueva',
        loadComponent: async () => (await import('./entrega-form-page')).EntregaFormPage,
      },
      { path: ':id', loadComponent: async () => (await import('./entrega-page')).EntregaPage },
    ],
  },
];
