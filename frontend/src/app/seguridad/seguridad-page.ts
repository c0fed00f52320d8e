import { Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Chip } from '../ui/chip';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { NumberPipe } from '../ui/number-pipe';
import { PageHeader } from '../ui/page-header';
import { EntregasDePrueba } from './entregas-de-prueba';
import type { Intento } from './pruebas';
import { median, PRUEBAS, Pruebas } from './pruebas';

const MOST = 20;

/** The promises about tampering and encryption, tried against the platform that is running. */
@Component({
  selector: 'ms-seguridad-page',
  imports: [Chip, ErrorState, Icon, NumberPipe, PageHeader, TranslocoDirective],
  templateUrl: './seguridad-page.html',
  styleUrl: './seguridad-page.scss',
  providers: [EntregasDePrueba, Pruebas],
})
export class SeguridadPage {
  readonly #pruebas = inject(Pruebas);
  readonly #entregas = inject(EntregasDePrueba);
  readonly #intentos = signal<readonly Intento[]>([]);
  #stop: AbortController | undefined;

  protected readonly most = MOST;
  protected readonly count = signal(3);
  protected readonly isValidCount = computed(
    () => Number.isInteger(this.count()) && this.count() >= 1 && this.count() <= MOST,
  );
  protected readonly isRunning = signal(false);
  protected readonly failure = signal<unknown>(undefined);
  protected readonly done = computed(() => this.#intentos().length);
  /** Of the run that is under way or was the last. */
  protected readonly planned = signal(0);
  protected readonly allMet = computed(() => this.#intentos().every(({ met }) => met));
  protected readonly results = computed(() =>
    PRUEBAS.map((prueba) => {
      const intentos = this.#intentos().filter((intento) => intento.prueba === prueba);
      const passed = intentos.filter(({ met }) => met).length;
      return {
        prueba,
        attempts: intentos.length,
        passed,
        median: median(intentos.map(({ ms }) => ms)),
        /** The last attempt that failed, else the last one. */
        shown: intentos.findLast(({ met }) => !met) ?? intentos.at(-1),
      };
    }),
  );

  constructor() {
    void this.#entregas.cancelar();
    inject(DestroyRef).onDestroy(() => this.stop());
  }

  protected setCount(event: Event): void {
    this.count.set((event.target as HTMLInputElement).valueAsNumber);
  }

  protected async start(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.isValidCount() || this.isRunning()) return;
    const { signal: stopped } = (this.#stop = new AbortController());
    this.#intentos.set([]);
    this.failure.set(undefined);
    this.planned.set(this.count() * PRUEBAS.length);
    this.isRunning.set(true);
    try {
      for (const prueba of Array.from({ length: this.count() }, () => PRUEBAS).flat()) {
        const intento = await this.#pruebas.run(prueba, stopped);
        this.#intentos.update((before) => [...before, intento]);
      }
    } catch (error) {
      if (!stopped.aborted) this.failure.set(error);
    } finally {
      await this.#entregas.cancelar();
      this.isRunning.set(false);
    }
  }

  protected stop(): void {
    this.#stop?.abort(new Error('stopped'));
  }

  protected readonly json = (value: unknown): string => JSON.stringify(value, undefined, 2);
}
