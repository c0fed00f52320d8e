import { sessionHint } from './core/auth/session-hint';
import type { CodigoDeIdioma } from './core/i18n/idioma';

const TEXTS = { es: () => import('./confirmar/i18n/es.json'), en: () => import('./confirmar/i18n/en.json') };

/**
 * On a slow network each wait for the next file is felt: what the first page will ask for is fetched while the session is
 * taken up. The router finds it there; what fails here fails there, and is told there.
 */
export async function fetchAhead(path: string, idioma: CodigoDeIdioma): Promise<void> {
  if (!sessionHint.isSet()) return;
  const isForm = /^\/confirmar\/\d/.test(path);
  await Promise.allSettled([
    import('./layout/shell'),
    ...(path.startsWith('/confirmar')
      ? [
          import('./confirmar/confirmar.routes'),
          isForm ? import('./confirmar/confirmar-page') : import('./confirmar/elegir-page'),
          TEXTS[idioma](),
        ]
      : []),
  ]);
}
