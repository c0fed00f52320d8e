import type { Routes } from '@angular/router';
import { hasToChangePassword, signedOut } from '../core/auth/guards';
import { AccessFrame } from './access-frame';
import { accesoTexts } from './acceso-texts';
import { LoginPage } from './login-page';

export const routes: Routes = [
  {
    path: '',
    component: AccessFrame,
    canActivate: [signedOut],
    runGuardsAndResolvers: 'always',
    providers: [accesoTexts],
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'entrar' },
      { path: 'entrar', title: 'nav.entrar', component: LoginPage },
      {
        path: 'registro',
        title: 'nav.registro',
        loadComponent: async () => (await import('./signup-page')).SignupPage,
      },
      {
        path: 'contrasena',
        title: 'nav.contrasena',
        canActivate: [hasToChangePassword],
        loadComponent: async () => (await import('./contrasena-page')).ContrasenaPage,
      },
      {
        path: 'sin-conexion',
        title: 'nav.sin_conexion',
        loadComponent: async () => (await import('./offline-page')).OfflinePage,
      },
    ],
  },
];
