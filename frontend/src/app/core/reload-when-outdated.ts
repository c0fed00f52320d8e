import type { NavigationError } from '@angular/router';

const MARK = 'medisupply.recargada';

/**
 * After an update the old page asks for files that are gone: the whole page is loaded again, at the address that was
 * asked for; once, lest a broken installation reload for ever.
 */
export function reloadWhenOutdated({ error, url }: NavigationError): void {
  const outdated = error instanceof TypeError && /import|module/i.test(error.message);
  if (!outdated || sessionStorage.getItem(MARK) === url) return;
  sessionStorage.setItem(MARK, url);
  location.assign(url);
}
