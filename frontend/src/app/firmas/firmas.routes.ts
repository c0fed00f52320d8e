import type { Routes } from '@angular/router';
import { featureTexts } from '../core/i18n/transloco';
import { FirmasPage } from './firmas-page';

export const routes: Routes = [
  {
    path: '',
    providers: [
      featureTexts('firmas', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
    ],
    children: [{ path: '', component: FirmasPage }],
  },
];
