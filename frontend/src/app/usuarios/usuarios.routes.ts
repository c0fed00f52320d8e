import type { Routes } from '@angular/router';
import { featureTexts } from '../core/i18n/transloco';
import { UsuariosPage } from './usuarios-page';

export const routes: Routes = [
  {
    path: '',
    providers: [
      featureTexts('usuarios', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
    ],
    children: [{ path: '', component: UsuariosPage }],
  },
];
