import type { Type } from '@angular/core';
import { Component, computed, effect, inject, input, resource, signal, untracked } from '@angular/core';
import { NgComponentOutlet } from '@angular/common';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { MisEntregas } from '../core/entregas/mis-entregas';
import { Eventos } from '../core/eventos/eventos';
import { readWhenLive } from '../core/eventos/read-when-live';
import { Asignacion } from '../ui/asignacion';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { lastValue } from '../ui/last-value';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import type { Escaner } from './escaner';
import { placeOf } from './leido';
import { Pendientes } from './pendientes';
import type { Fila } from './por-confirmar';
import { keptOf, OFFERED, PorConfirmar, VISTAS } from './por-confirmar';

/** Which delivery to confirm: a courier's own stops in their order, what nobody carries, or what is looked for. */
@Component({
  selector: 'ms-elegir-page',
  imports: [
    EmptyState,
    ErrorState,
    Icon,
    NgComponentOutlet,
    PageHeader,
    Pendientes,
    RouterLink,
    SearchBox,
    Skeleton,
    StateChip,
    TranslocoDirective,
  ],
  templateUrl: './elegir-page.html',
  styleUrl: './elegir-page.scss',
})
export class ElegirPage {
  /** Query parameters: the beginning of an order or an id; which list. */
  readonly buscar = input<string>();
  readonly vista = input<string>();

  readonly #router = inject(Router);
  readonly #porConfirmar = inject(PorConfirmar);
  readonly #misEntregas = inject(MisEntregas);
  readonly #asignacion = inject(Asignacion);

  protected readonly vistas = this.#porConfirmar.hasVistas() ? VISTAS : [];
  protected readonly actual = computed(
    () => this.vistas.find((one) => one === this.vista()) ?? this.vistas.at(0),
  );
  protected readonly offered = OFFERED;
  protected readonly entregas = resource({
    params: () => ({ buscar: this.buscar() ?? '', vista: this.actual() }),
    loader: ({ params: { buscar, vista }, abortSignal }) =>
      this.#misEntregas.orKept<Fila[]>(
        () =>
          buscar === ''
            ? this.#porConfirmar.list(vista, abortSignal)
            : this.#porConfirmar.find(buscar, abortSignal),
        (guardadas) => keptOf(guardadas, { vista, buscar }),
      ),
  });
  readonly #read = lastValue(
    this.entregas,
    computed(() => `${this.actual()} ${this.buscar() ?? ''}`),
  );
  protected readonly found = computed(() => {
    const read = this.#read();
    return read && this.#porConfirmar.withoutSent(read);
  });
  /** Something happened to a delivery since the list was asked for. */
  readonly #isOld = signal(false);
  /** What reads codes, while it is open; loaded with its first use. */
  protected readonly escaner = signal<Type<Escaner> | undefined>(undefined);
  protected readonly escanerInputs = {
    read: (text: string) => void this.#open(text),
    close: () => this.escaner.set(undefined),
  };

  constructor() {
    const eventos = inject(Eventos);
    eventos.escuchar('entrega', () => this.#isOld.set(true));
    eventos.escuchar('hueco', () => this.#isOld.set(true));
    readWhenLive(this.entregas);
    effect(() => {
      if (!this.#isOld() || this.entregas.isLoading()) return;
      this.#isOld.set(false);
      untracked(() => this.entregas.reload());
    });
  }

  protected async search(buscar: string): Promise<void> {
    await this.#router.navigate([], {
      queryParams: { buscar: buscar || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  protected isFree(entrega: Fila): boolean {
    return this.#asignacion.mayClaim(entrega);
  }

  protected async claim(entrega: Fila): Promise<void> {
    await this.#asignacion.tomar(entrega);
    this.entregas.reload();
  }

  protected async toggleScanner(): Promise<void> {
    if (this.escaner()) this.escaner.set(undefined);
    else this.escaner.set((await import('./escaner')).Escaner);
  }

  async #open(text: string): Promise<void> {
    this.escaner.set(undefined);
    const { id, buscar } = placeOf(text, location.origin);
    if (id === undefined) await this.search(buscar);
    else await this.#router.navigate(['/confirmar', id]);
  }
}
