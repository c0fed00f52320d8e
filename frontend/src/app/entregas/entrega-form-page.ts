import { Component, computed, inject, resource, signal } from '@angular/core';
import type { FieldTree, ValidationError } from '@angular/forms/signals';
import {
  applyEach,
  form,
  FormField,
  FormRoot,
  maxLength,
  min,
  required,
  validate,
} from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { AutorizadorOperations } from '@medisupply/api-client/operations';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { AutorizadorApi } from '../core/api/autorizador-api';
import { IdempotencyKey } from '../core/api/idempotency-key';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { BackLink } from '../ui/back-link';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { Icon } from '../ui/icon';
import { PageHeader } from '../ui/page-header';
import { refusalsAt, refusalText } from '../ui/refusals';
import { Toast } from '../ui/toast';
import type { Producto } from './producto-picker';
import { ProductoPicker } from './producto-picker';

interface Line {
  id: number;
  sku: string;
  nombre: string;
  disponible: number;
  cantidad: number;
}

type Mensajero = AutorizadorOperations['GET /mensajeros']['answer'][number];

const TOO_MUCH = 'disponible';

@Component({
  selector: 'ms-entrega-form-page',
  imports: [
    BackLink,
    ErrorState,
    Field,
    FormField,
    FormRoot,
    Icon,
    Input,
    PageHeader,
    ProductoPicker,
    RouterLink,
    TranslocoDirective,
  ],
  templateUrl: './entrega-form-page.html',
  styleUrl: './entrega-form-page.scss',
})
export class EntregaFormPage {
  readonly #logistica = inject(LogisticaApi);
  readonly #autorizador = inject(AutorizadorApi);
  readonly #router = inject(Router);
  readonly #toast = inject(Toast);
  readonly #transloco = inject(TranslocoService);
  readonly #sesion = inject(Sesion);
  readonly #key = new IdempotencyKey();
  readonly #datos = signal({
    pedido_id: '',
    direccion: '',
    estado: 'EN_RUTA',
    asignada_a: '',
    lines: [] as Line[],
  });

  protected readonly yo = this.#sesion.usuario()?.id;
  /** Only who hands out deliveries may list couriers. */
  protected readonly mensajeros = resource({
    params: () => (this.#sesion.hasRole('Despacho', 'Admin') ? {} : undefined),
    loader: ({ abortSignal }) => this.#listMensajeros(abortSignal),
    defaultValue: [],
  });
  protected readonly failure = signal<unknown>(undefined);
  protected readonly entrega = form(
    this.#datos,
    (path) => {
      required(path.pedido_id);
      maxLength(path.pedido_id, LIMITES.pedido_id);
      required(path.direccion);
      maxLength(path.direccion, LIMITES.direccion);
      required(path.estado);
      maxLength(path.estado, LIMITES.estado);
      applyEach(path.lines, (line) => {
        required(line.cantidad);
        min(line.cantidad, 1);
        validate(line.cantidad, ({ value, valueOf }) =>
          value() > valueOf(line.disponible) ? { kind: TOO_MUCH } : undefined,
        );
      });
    },
    {
      submission: {
        action: () => this.#create(),
        onInvalid: focusFirstError,
      },
    },
  );
  protected readonly isSubmitting = computed(() => this.entrega().submitting());
  protected readonly lines = computed(() => this.#datos().lines);
  protected readonly chosenIds = computed(() => this.lines().map(({ id }) => id));
  /** Whether the refusal stands at a field or a row already. */
  protected readonly isShownAtFields = signal(false);
  protected readonly refusalText = refusalText;

  protected addLine({ id, sku, nombre, disponible }: Producto): void {
    const line = { id, sku, nombre, disponible, cantidad: 1 };
    this.#datos.update((datos) => ({ ...datos, lines: [...datos.lines, line] }));
  }

  protected removeLine(removed: number): void {
    this.#datos.update((datos) => ({ ...datos, lines: datos.lines.filter(({ id }) => id !== removed) }));
  }

  protected isTooMuch(field: FieldTree<number>): boolean {
    return field()
      .errors()
      .some(({ kind }) => kind === TOO_MUCH);
  }

  async #listMensajeros(abortSignal: AbortSignal): Promise<Mensajero[]> {
    const found: Mensajero[] = [];
    let cursor: string | undefined;
    do {
      const query = { limite: LIMITES.pagina, ...(cursor === undefined ? {} : { cursor }) };
      const { data, next } = await this.#autorizador.call('GET /mensajeros', {
        query,
        signal: abortSignal,
      });
      found.push(...data.filter(({ id }) => id !== this.yo));
      cursor = next;
    } while (cursor !== undefined);
    return found.toSorted((a, b) => a.nombre.localeCompare(b.nombre));
  }

  async #create(): Promise<ValidationError.WithFieldTree[]> {
    const { lines, asignada_a, ...fields } = this.#datos();
    const body = {
      ...fields,
      ...(asignada_a ? { asignada_a: Number(asignada_a) } : {}),
      ...(lines.length > 0
        ? { items: lines.map(({ id, cantidad }) => ({ producto_id: id, cantidad })) }
        : {}),
    };
    this.failure.set(undefined);
    try {
      const headers = this.#key.headersFor(body);
      const { data } = await this.#logistica.call('POST /entregas', { body, headers });
      this.#key.renew();
      this.#toast.say(this.#transloco.translate('entregas.creada', { pedido: data.pedido_id }));
      await this.#router.navigate(['/entregas', data.id], { replaceUrl: true });
      return [];
    } catch (error) {
      const refusals = this.#refusals(error);
      this.isShownAtFields.set(refusals.length > 0);
      this.failure.set(error);
      void this.#readAvailability();
      return refusals;
    }
  }

  #refusals(error: unknown): ValidationError.WithFieldTree[] {
    const { pedido_id, direccion, estado, asignada_a, lines } = this.entrega;
    return refusalsAt(error, {
      ...Object.fromEntries(
        Array.from(lines, (line, index) => [`body.items.${index}.cantidad`, line.cantidad]),
      ),
      'body.pedido_id': pedido_id,
      'body.direccion': direccion,
      'body.estado': estado,
      'body.asignada_a': asignada_a,
    });
  }

  /** Somebody else may have taken what was there when it was chosen. */
  async #readAvailability(): Promise<void> {
    const read = this.lines().map(({ id }) =>
      this.#logistica.call('GET /inventario/:id', { params: { id } }),
    );
    const answers = await Promise.all(read).catch(() => []);
    const available = new Map(answers.map(({ data }) => [data.id, data.disponible]));
    this.#datos.update((datos) => ({
      ...datos,
      lines: datos.lines.map((line) => ({ ...line, disponible: available.get(line.id) ?? line.disponible })),
    }));
  }
}
