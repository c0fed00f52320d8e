import { inject, Injectable } from '@angular/core';
import { ApiError } from '@medisupply/api-client/api-client';
import type { Confirmation } from '@medisupply/api-client/forgeries';
import { FORGERIES } from '@medisupply/api-client/forgeries';
import { AutorizadorApi } from '../core/api/autorizador-api';
import { LogisticaApi } from '../core/api/logistica-api';
import { Sesion } from '../core/auth/sesion';
import { EntregasDePrueba } from './entregas-de-prueba';

/** What `npm run experiment -- integridad` and `confidencialidad` check, each attempt with its requests and answers. */
export const PRUEBAS = ['valida', 'datos', 'firma', 'cifrado'] as const;
export type Prueba = (typeof PRUEBAS)[number];

export interface Paso {
  /** Below `seguridad.paso.` in the texts. */
  key: string;
  request: { line: string; body?: unknown };
  answer: { status: number; body: unknown };
  ms: number;
  /** Whether the answer is what was required. */
  met: boolean;
}

export interface Intento {
  prueba: Prueba;
  pasos: readonly Paso[];
  met: boolean;
  /** How long the step that decides took. */
  ms: number;
}

type Datos = Omit<Confirmation, 'firma_payload'>;

interface Ask<T> {
  key: string;
  line: string;
  body?: unknown;
  send: () => Promise<{ status: number; data: T }>;
  /** `data` is there when the call was not refused. */
  met: (status: number, data: T | undefined) => boolean;
}

const ESTADO = 'EN_CAMINO';

/** Runs one test against the live platform, as whoever is signed in and with deliveries of their own. */
@Injectable()
export class Pruebas {
  readonly #logistica = inject(LogisticaApi);
  readonly #autorizador = inject(AutorizadorApi);
  readonly #sesion = inject(Sesion);
  readonly #entregas = inject(EntregasDePrueba);

  /** @throws ApiError status 0 without an answer; what `signal` was aborted with */
  async run(prueba: Prueba, signal: AbortSignal): Promise<Intento> {
    const pasos: Paso[] = [];
    const decisive = await (prueba === 'cifrado'
      ? this.#encryption(pasos, signal)
      : this.#integrity(prueba, pasos, signal));
    return { prueba, pasos, met: pasos.every(({ met }) => met), ms: decisive?.ms ?? 0 };
  }

  async #integrity(
    prueba: Exclude<Prueba, 'cifrado'>,
    pasos: Paso[],
    signal: AbortSignal,
  ): Promise<Paso | undefined> {
    const datos = newDatos();
    const id = await this.#create(datos, pasos, signal);
    if (id === undefined) return undefined;
    const payload = { ...datos, entrega_id: id };
    const signed = await ask(pasos, {
      key: 'firmar',
      line: 'POST /api/v1/autorizador/sign-data',
      body: { payload },
      send: () => this.#autorizador.call('POST /sign-data', { body: { payload }, signal }),
      met: (status) => status === 200,
    });
    if (!signed.data) return undefined;
    const body = tamper(prueba, datos, signed.data.firma);
    const { paso } = await ask(pasos, {
      key: `confirmar_${prueba}`,
      line: `POST /api/v1/logistica/entrega/${id}/confirmar`,
      body,
      send: () => this.#logistica.call('POST /entrega/:id/confirmar', { params: { id }, body, signal }),
      met: (status) => status === (prueba === 'valida' ? 202 : 403),
    });
    if (prueba !== 'valida') {
      await ask(pasos, {
        key: 'intacta',
        line: `GET /api/v1/logistica/entrega/${id}`,
        send: () => this.#logistica.call('GET /entrega/:id', { params: { id }, signal }),
        met: (_status, entrega) => entrega?.estado === ESTADO,
      });
    }
    return paso;
  }

  async #encryption(pasos: Paso[], signal: AbortSignal): Promise<Paso | undefined> {
    const datos = newDatos();
    const id = await this.#create(datos, pasos, signal);
    if (id === undefined) return undefined;
    const { pedido_id } = datos;
    const stored = await ask(pasos, {
      key: 'guardada',
      line: `GET /api/v1/logistica/entregas?pedido_id=${pedido_id}`,
      send: () => this.#logistica.call('GET /entregas', { query: { pedido_id }, signal }),
      met: (_status, rows) => rows?.length === 1 && isEncrypted(rows[0]?.direccion, datos),
    });
    const { paso } = await ask(pasos, {
      key: 'descifrada',
      line: `GET /api/v1/logistica/entrega/${id}`,
      send: () => this.#logistica.call('GET /entrega/:id', { params: { id }, signal }),
      met: (_status, entrega) =>
        entrega?.direccion === datos.direccion && entrega.direccion !== stored.data?.[0]?.direccion,
    });
    return paso;
  }

  async #create(datos: Datos, pasos: Paso[], signal: AbortSignal): Promise<number | undefined> {
    // Assigned to this user: other couriers do not see it, so they cannot confirm it meanwhile.
    const mine = this.#sesion.usuario()?.id;
    const body = {
      direccion: datos.direccion,
      estado: ESTADO,
      pedido_id: datos.pedido_id,
      ...(mine === undefined ? {} : { asignada_a: mine }),
    };
    this.#entregas.anotar(datos.pedido_id);
    const { data } = await ask(pasos, {
      key: 'crear',
      line: 'POST /api/v1/logistica/entregas',
      body,
      send: () => this.#logistica.call('POST /entregas', { body, signal }),
      met: (_status, entrega) => isEncrypted(entrega?.direccion, datos),
    });
    return data?.id;
  }
}

/** One step: asks, measures, and writes down what was asked and answered. A refusal is an answer like any other. */
async function ask<T>(pasos: Paso[], step: Ask<T>): Promise<{ paso: Paso; data: T | undefined }> {
  const { key, line, body } = step;
  const started = performance.now();
  const write = (status: number, answer: unknown, data: T | undefined) => {
    const paso: Paso = {
      key,
      request: { line, ...(body === undefined ? {} : { body }) },
      answer: { status, body: answer },
      ms: performance.now() - started,
      met: step.met(status, data),
    };
    pasos.push(paso);
    return { paso, data };
  };
  try {
    const { status, data } = await step.send();
    return write(status, data, data);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0) throw error;
    return write(error.status, error.problem, undefined);
  }
}

function newDatos(): Datos {
  const label = crypto.randomUUID().slice(0, 8);
  return {
    direccion: `Calle de prueba ${label}`,
    nombre_recibe: `Recibe ${label}`,
    firma_recibe: `<svg>${label}</svg>`,
    pedido_id: `PRUEBA-${label}`,
  };
}

/** A good confirmation, or with one thing changed after signing. */
export function tamper(prueba: Exclude<Prueba, 'cifrado'>, datos: Datos, firma: string): Confirmation {
  const good = { ...datos, firma_payload: firma };
  if (prueba === 'valida') return good;
  return prueba === 'datos' ? FORGERIES.direccion(good) : FORGERIES.firma(good);
}

const isEncrypted = (stored: string | null | undefined, { direccion }: Datos): boolean =>
  typeof stored === 'string' && stored.includes(':') && !stored.includes(direccion);

/** Nearest rank; undefined for no samples. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1];
}
