import { Component, computed, effect, inject, input, resource, signal, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ApiError } from '@medisupply/api-client/api-client';
import { LogisticaApi } from '../core/api/logistica-api';
import { MisEntregas } from '../core/entregas/mis-entregas';
import { Eventos } from '../core/eventos/eventos';
import { readWhenLive } from '../core/eventos/read-when-live';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { lastValue } from '../ui/last-value';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import { Pendientes } from './pendientes';
import type { Entrega } from './por-confirmar';
import { PorConfirmar } from './por-confirmar';

type Fila = Pick<Entrega, 'id' | 'pedido_id' | 'estado' | 'creada'>;

const OFFERED = 20;
const ID = /^#?([1-9]\d{0,14})$/;

/** Which delivery to confirm: the newest ones that can be, or the one of an order or an id. */
@Component({
  selector: 'ms-elegir-page',
  imports: [
    EmptyState,
    ErrorState,
    Icon,
    PageHeader,
    Pendientes,
    RouterLink,
    SearchBox,
    Skeleton,
    StateChip,
    Time,
    TranslocoDirective,
  ],
  templateUrl: './elegir-page.html',
  styleUrl: './elegir-page.scss',
})
export class ElegirPage {
  /** Query parameter: an order or an id. */
  readonly buscar = input<string>();

  readonly #logistica = inject(LogisticaApi);
  readonly #router = inject(Router);
  readonly #porConfirmar = inject(PorConfirmar);
  readonly #misEntregas = inject(MisEntregas);

  protected readonly entregas = resource({
    params: () => ({ buscar: this.buscar() ?? '' }),
    loader: ({ params: { buscar }, abortSignal }) =>
      this.#misEntregas.orKept<Fila[]>(
        () => (buscar === '' ? this.#porConfirmar.list(abortSignal) : this.#find(buscar, abortSignal)),
        (guardadas) => guardadas.filter((one) => buscar === '' || isNamed(one, buscar)),
      ),
  });
  readonly #read = lastValue(
    this.entregas,
    computed(() => this.buscar() ?? ''),
  );
  protected readonly found = computed(() => {
    const read = this.#read();
    return read && this.#porConfirmar.withoutSent(read);
  });
  /** Something happened to a delivery since the list was asked for. */
  readonly #isOld = signal(false);

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
    await this.#router.navigate([], { queryParams: { buscar: buscar || null }, replaceUrl: true });
  }

  async #find(buscar: string, abort: AbortSignal): Promise<Entrega[]> {
    const [byOrder, byId] = await Promise.all([
      this.#logistica.call('GET /entregas', { query: { pedido_id: buscar, limite: OFFERED }, signal: abort }),
      this.#findById(ID.exec(buscar)?.[1], abort),
    ]);
    return [...byId, ...byOrder.data.filter(({ id }) => !byId.some((found) => found.id === id))];
  }

  async #findById(id: string | undefined, abort: AbortSignal): Promise<Entrega[]> {
    if (id === undefined) return [];
    try {
      const { data } = await this.#logistica.call('GET /entrega/:id', {
        params: { id: Number(id) },
        signal: abort,
      });
      const momento = data.historial.at(0)?.momento ?? '';
      return [{ ...data, creada: momento, actualizada: data.historial.at(-1)?.momento ?? momento }];
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }
}

const isNamed = ({ id, pedido_id }: Fila, buscar: string): boolean =>
  pedido_id === buscar || String(id) === ID.exec(buscar)?.[1];
