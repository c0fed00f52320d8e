import { computed, effect, Injectable, signal } from '@angular/core';
import { readSetting, writeSetting } from './setting';

export type PreferenciaDeTema = 'sistema' | 'claro' | 'oscuro';

const KEY = 'medisupply.tema';
const ORDER: readonly PreferenciaDeTema[] = ['sistema', 'claro', 'oscuro'];

/** Light or dark: as the system says, or as chosen here. `public/tema.js` does the same before the first paint. */
@Injectable({ providedIn: 'root' })
export class Tema {
  readonly #systemIsDark = signal(false);
  readonly preferencia = signal<PreferenciaDeTema>(preferenciaOf(readSetting(KEY)));
  /** For what CSS does not reach, such as charts. */
  readonly isDark = computed(() =>
    this.preferencia() === 'sistema' ? this.#systemIsDark() : this.preferencia() === 'oscuro',
  );

  constructor() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    this.#systemIsDark.set(system.matches);
    system.addEventListener('change', ({ matches }) => this.#systemIsDark.set(matches));
    effect(() => {
      const preferencia = this.preferencia();
      if (preferencia === 'sistema') delete document.documentElement.dataset['tema'];
      else document.documentElement.dataset['tema'] = preferencia;
      writeSetting(KEY, preferencia === 'sistema' ? null : preferencia);
    });
  }

  next(): void {
    this.preferencia.update((now) => ORDER[(ORDER.indexOf(now) + 1) % ORDER.length] ?? 'sistema');
  }
}

const preferenciaOf = (value: string | null): PreferenciaDeTema =>
  value === 'claro' || value === 'oscuro' ? value : 'sistema';
