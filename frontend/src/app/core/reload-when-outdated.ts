import { inject, Injector } from '@angular/core';
import type { NavigationError } from '@angular/router';
import { Router } from '@angular/router';

const MARK = 'medisupply.recargada';

/**
 * The files of a page could not be loaded. Without a network the page says so; after an update, when the old files are
 * gone, the whole page is loaded again at the address that was asked for: once, lest a broken installation reload for
 * ever, and only when its user says so while this device keeps work of theirs.
 */
export function reloadWhenOutdated({ error, url }: NavigationError): void {
  const outdated = error instanceof TypeError && /import|module/i.test(error.message);
  if (!outdated) return;
  const injector = inject(Injector);
  void (async () => {
    if (!(await isServed())) {
      const queryParams = { volver: url };
      await injector.get(Router).navigate(['/sin-red'], { queryParams, skipLocationChange: true });
    } else if (await keepsWork(injector)) {
      const { Actualizacion } = await import('./actualizacion');
      injector.get(Actualizacion).ofrecer(url);
    } else if (sessionStorage.getItem(MARK) !== url) {
      sessionStorage.setItem(MARK, url);
      location.assign(url);
    }
  })();
}

/** Loaded when it is asked: the login page does without. */
async function keepsWork(injector: Injector): Promise<boolean> {
  const [{ Confirmaciones }, { Borradores }] = await Promise.all([
    import('./confirmaciones/confirmaciones'),
    import('./confirmaciones/borradores'),
  ]);
  return injector.get(Confirmaciones).guardadas().length + injector.get(Borradores).lista().length > 0;
}

/** Past every cache. */
async function isServed(): Promise<boolean> {
  try {
    return (await fetch('/frontend/health?ngsw-bypass', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
