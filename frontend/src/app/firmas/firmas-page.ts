import { Component, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import type { ValidationError } from '@angular/forms/signals';
import { form, FormField, FormRoot, maxLength, pattern, required } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { AutorizadorApi } from '../core/api/autorizador-api';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { Field, Input } from '../ui/field';
import { focusFirstError } from '../ui/focus-first-error';
import { PageHeader } from '../ui/page-header';
import { refusalsAt, refusalText } from '../ui/refusals';
import type { DatosFirmados, Documento } from './firma';
import { datosOf, jsonOf, opcionalesOf, VACIO } from './firma';
import { FirmaPanel } from './firma-panel';
import { JsonBox } from './json-box';

const ID = /^[1-9]\d{0,15}$/;

/** Signing the data of a delivery, and looking into a signature: changing one character shows at once what it breaks. */
@Component({
  selector: 'ms-firmas-page',
  imports: [
    ErrorState,
    Field,
    FirmaPanel,
    FormField,
    FormRoot,
    Input,
    JsonBox,
    PageHeader,
    TranslocoDirective,
  ],
  templateUrl: './firmas-page.html',
  styleUrl: './firmas-page.scss',
})
export class FirmasPage {
  readonly #autorizador = inject(AutorizadorApi);
  protected readonly documento = signal<Documento>({
    ...VACIO,
    usuario_id: String(inject(Sesion).usuario()?.id ?? ''),
  });
  protected readonly refusalText = refusalText;
  protected readonly failure = signal<unknown>(undefined);
  protected readonly datos = form(
    this.documento,
    (path) => {
      for (const field of [path.direccion, path.nombre_recibe, path.firma_recibe, path.pedido_id]) {
        required(field);
      }
      maxLength(path.direccion, LIMITES.direccion);
      maxLength(path.nombre_recibe, LIMITES.nombre_recibe);
      maxLength(path.firma_recibe, LIMITES.firma_recibe);
      maxLength(path.pedido_id, LIMITES.pedido_id);
      required(path.entrega_id);
      pattern(path.entrega_id, ID);
    },
    {
      submission: {
        action: () => this.#sign(),
        onInvalid: focusFirstError,
      },
    },
  );
  protected readonly isSigning = computed(() => this.datos().submitting());

  protected readonly firma = computed(() => this.documento().firma.trim());
  protected readonly firmados = computed(() => datosOf(this.documento()), { equal: sameDatos });
  protected readonly json = computed(() => {
    const firmados = this.firmados();
    return firmados ? jsonOf(firmados, this.firma()) : '';
  });
  readonly #fields = {
    'body.payload.direccion': this.datos.direccion,
    'body.payload.nombre_recibe': this.datos.nombre_recibe,
    'body.payload.firma_recibe': this.datos.firma_recibe,
    'body.payload.pedido_id': this.datos.pedido_id,
    'body.payload.entrega_id': this.datos.entrega_id,
    'body.payload.capturado': this.datos.capturado,
    'body.payload.foto_sha256': this.datos.foto_sha256,
  };
  protected readonly shownAtFields = Object.keys(this.#fields);
  /** Loaded with the page: verifying asks no server. */
  protected readonly jwks = resource({
    loader: async ({ abortSignal }) =>
      (await this.#autorizador.call('GET /.well-known/jwks.json', { signal: abortSignal })).data,
  });
  /** The server's answer, until an input changes. */
  protected readonly respuesta = linkedSignal<unknown, Respuesta | undefined>({
    source: () => [this.firma(), this.firmados()],
    computation: () => undefined,
  });
  protected readonly isAsking = signal(false);
  protected readonly askFailure = linkedSignal<unknown, unknown>({
    source: () => [this.firma(), this.firmados()],
    computation: () => undefined,
  });

  protected async askServer(payload: DatosFirmados): Promise<void> {
    this.isAsking.set(true);
    this.askFailure.set(undefined);
    try {
      const { data } = await this.#autorizador.call('POST /validate-signature', {
        body: { payload, firma: this.firma() },
      });
      this.respuesta.set(data);
    } catch (error) {
      this.askFailure.set(error);
    } finally {
      this.isAsking.set(false);
    }
  }

  async #sign(): Promise<ValidationError.WithFieldTree[]> {
    const { direccion, nombre_recibe, firma_recibe, pedido_id, entrega_id } = this.documento();
    this.failure.set(undefined);
    try {
      const { data } = await this.#autorizador.call('POST /sign-data', {
        body: {
          payload: {
            direccion,
            nombre_recibe,
            firma_recibe,
            pedido_id,
            entrega_id: Number(entrega_id),
            ...opcionalesOf(this.documento()),
          },
        },
      });
      const { payload, firma } = data;
      this.documento.set({
        ...payload,
        capturado: payload.capturado ?? '',
        foto_sha256: payload.foto_sha256 ?? '',
        entrega_id: String(payload.entrega_id),
        usuario_id: String(payload.usuario_id),
        firma,
      });
      return [];
    } catch (error) {
      this.failure.set(error);
      return refusalsAt(error, this.#fields);
    }
  }
}

interface Respuesta {
  firma_valida: boolean;
  motivo?: string | undefined;
  timestamp: string;
}

const sameDatos = (a: DatosFirmados | undefined, b: DatosFirmados | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
