import { inject, Injectable, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { readSetting, writeSetting } from '../preferencias/setting';

export type CodigoDeIdioma = 'es' | 'en';

const KEY = 'medisupply.idioma';

export const idiomaGuardado = (): CodigoDeIdioma => (readSetting(KEY) === 'en' ? 'en' : 'es');

/** Spanish unless English was chosen; changes while the app runs. */
@Injectable({ providedIn: 'root' })
export class Idioma {
  readonly #transloco = inject(TranslocoService);
  readonly #codigo = signal<CodigoDeIdioma>(idiomaGuardado());
  readonly codigo = this.#codigo.asReadonly();

  /** Resolves when the texts are there. */
  async use(codigo: CodigoDeIdioma): Promise<void> {
    await firstValueFrom(this.#transloco.load(codigo));
    this.#transloco.setActiveLang(codigo);
    this.#codigo.set(codigo);
    document.documentElement.lang = codigo;
    writeSetting(KEY, codigo === 'es' ? null : codigo);
  }
}
