import { Component, computed, inject, input, resource } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { ApiError } from '@medisupply/api-client/api-client';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { obstacleOf } from '../core/confirmaciones/confirmable';
import { Confirmaciones } from '../core/confirmaciones/confirmaciones';
import { MisEntregas } from '../core/entregas/mis-entregas';
import { EmptyState } from '../ui/empty-state';
import { ErrorState } from '../ui/error-state';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { Skeleton } from '../ui/skeleton';
import { StateChip } from '../ui/state-chip';
import { Time } from '../ui/time';
import { Pendientes } from './pendientes';

type Entrega = LogisticaOperations['GET /entregas']['answer'][number];
type Fila = Pick<Entrega, 'id' | 'pedido_id' | 'estado' | 'creada'>;

const OFFERED = 20;
const PAGE = 200;
/** Most deliveries may be confirmed already; so many pages are looked through for those that are not. */
const MOST_PAGES = 5;
const ID = /^#?([1-9]\d{0,14})$/;

/** Which delivery to confirm: the newest ones that can be, or the one of an order or an id. */
@Component({
  selector: 'ms-elegir-page',
  imports: [
    EmptyState,
    ErrorState,
    MatButton,
    MatIcon,
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
  readonly #sesion = inject(Sesion);
  readonly #misEntregas = inject(MisEntregas);
  readonly #confirmaciones = inject(Confirmaciones);

  protected readonly entregas = resource({
    params: () => ({ buscar: this.buscar() ?? '' }),
    loader: ({ params: { buscar }, abortSignal }) =>
      this.#misEntregas.orKept<Fila[]>(
        () => (buscar === '' ? this.#newest(abortSignal) : this.#find(buscar, abortSignal)),
        (guardadas) => guardadas.filter((one) => buscar === '' || isNamed(one, buscar)),
      ),
  });
  /** Without those whose confirmation waits on this device already, or was just sent. */
  protected readonly found = computed(() => {
    const waiting = new Set(this.#confirmaciones.porEnviar().map(({ entrega_id }) => entrega_id));
    const aceptadas = this.#confirmaciones.aceptadas();
    return this.entregas.hasValue()
      ? this.entregas.value().filter(({ id }) => !waiting.has(id) && !aceptadas.has(id))
      : undefined;
  });

  protected async search(buscar: string): Promise<void> {
    await this.#router.navigate([], { queryParams: { buscar: buscar || null }, replaceUrl: true });
  }

  /** Those that are assigned to the user come first. */
  async #newest(signal: AbortSignal): Promise<Entrega[]> {
    const confirmable: Entrega[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES && confirmable.length < OFFERED; page += 1) {
      const query = { limite: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const { data, next } = await this.#logistica.call('GET /entregas', { query, signal });
      confirmable.push(
        ...data.filter(({ estado, reservada }) => !reservada && obstacleOf(estado) === undefined),
      );
      cursor = next;
      if (cursor === undefined) break;
    }
    const mine = ({ asignada_a }: Entrega) => Number(asignada_a === this.#sesion.usuario()?.id);
    return confirmable.toSorted((a, b) => mine(b) - mine(a)).slice(0, OFFERED);
  }

  async #find(buscar: string, signal: AbortSignal): Promise<Entrega[]> {
    const [byOrder, byId] = await Promise.all([
      this.#logistica.call('GET /entregas', { query: { pedido_id: buscar, limite: OFFERED }, signal }),
      this.#findById(ID.exec(buscar)?.[1], signal),
    ]);
    return [...byId, ...byOrder.data.filter(({ id }) => !byId.some((found) => found.id === id))];
  }

  async #findById(id: string | undefined, signal: AbortSignal): Promise<Entrega[]> {
    if (id === undefined) return [];
    try {
      const { data } = await this.#logistica.call('GET /entrega/:id', { params: { id: Number(id) }, signal });
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
