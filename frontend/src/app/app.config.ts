import { provideHttpClient, withInterceptors } from '@angular/common/http';
import type { ApplicationConfig } from '@angular/core';
import { inject, isDevMode, provideAppInitializer, provideBrowserGlobalErrorListeners } from '@angular/core';
import {
  provideRouter,
  TitleStrategy,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';
import { provideServiceWorker } from '@angular/service-worker';
import { routes } from './app.routes';
import { bearerInterceptor } from './core/auth/bearer.interceptor';
import { Sesion } from './core/auth/sesion';
import { problemInterceptor } from './core/api/problem.interceptor';
import { Idioma } from './core/i18n/idioma';
import { PageTitle } from './core/i18n/page-title';
import { provideTexts } from './core/i18n/transloco';
import { reloadWhenOutdated } from './core/reload-when-outdated';
import { fetchAhead } from './fetch-ahead';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withInterceptors([problemInterceptor, bearerInterceptor])),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
      withNavigationErrorHandler(reloadWhenOutdated),
    ),
    provideServiceWorker('service-worker.js', { enabled: !isDevMode() }),
    provideTexts(),
    { provide: TitleStrategy, useExisting: PageTitle },
    // The first page waits for its texts and the session, so that it is drawn once.
    provideAppInitializer(async () => {
      const idioma = inject(Idioma);
      const sesion = inject(Sesion);
      void fetchAhead(location.pathname, idioma.codigo());
      await Promise.all([idioma.use(idioma.codigo()), sesion.restaurar()]);
    }),
  ],
};
