import type { Routes } from '@angular/router';
import { accesoTexts } from './acceso-texts';
import { ContrasenaPage } from './contrasena-page';

/** Behind the login. */
export const routes: Routes = [
  { path: '', providers: [accesoTexts], children: [{ path: '', component: ContrasenaPage }] },
];
