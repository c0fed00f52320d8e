import { inject, Injectable, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { readSetting, writeSetting } from '../preferencias/setting';

export type CodigoDeIdioma = 'es' | 'en';

const KEY = 'medisupply.idioma';

const isKnown = (code: string | null | undefined): code is CodigoDeIdioma => code === 'es' || code === 'en';

/** The one that was chosen here, else the first of the browser's that there are texts in. `public/tema.js` does the same. */
export function primerIdioma(): CodigoDeIdioma {
  const chosen = readSetting(KEY);
  if (isKnown(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isKnown) ?? 'es';
}

/** Changes while the app runs. */
@Injectable({ providedIn: 'root' })
export class Idioma {
  readonly #transloco = inject(TranslocoService);
  readonly #codigo = signal<CodigoDeIdioma>(primerIdioma());
  readonly codigo = this.#codigo.asReadonly();

  /** Another one, also for the next visits. */
  async choose(codigo: CodigoDeIdioma): Promise<void> {
    writeSetting(KEY, codigo);
    await this.use(codigo);
  }

  /** Resolves when the texts are there. */
  async use(codigo: CodigoDeIdioma): Promise<void> {
    await firstValueFrom(this.#transloco.load(codigo));
    this.#transloco.setActiveLang(codigo);
    this.#codigo.set(codigo);
    document.documentElement.lang = codigo;
  }
}
