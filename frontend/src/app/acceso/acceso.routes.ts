import type { Routes } from '@angular/router';
import { signedOut } from '../core/auth/guards';
import { featureTexts } from '../core/i18n/transloco';
import { AccessFrame } from './access-frame';
import { LoginPage } from './login-page';

export const routes: Routes = [
  {
    path: '',
    component: AccessFrame,
    canActivate: [signedOut],
    runGuardsAndResolvers: 'always',
    providers: [
      featureTexts('acceso', { es: () => import('./i18n/es.json'), en: () => import('./i18n/en.json') }),
    ],
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'entrar' },
      { path: 'entrar', title: 'nav.entrar', component: LoginPage },
      {
        path: 'registro',
        title: 'nav.registro',
        loadComponent: async () => (await import('./signup-page')).SignupPage,
      },
      {
        path: 'sin-conexion',
        title: 'nav.sin_conexion',
        loadComponent: async () => (await import('./offline-page')).OfflinePage,
      },
    ],
  },
];
