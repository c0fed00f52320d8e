import { effect, inject, Injectable, signal, untracked } from '@angular/core';
import { Sesion } from '../auth/sesion';
import { filasDe } from '../guardado/filas';
import type { ConfirmacionGuardada } from './confirmacion-guardada';

/** What was typed and drawn for a delivery, and not confirmed yet. */
export interface Borrador {
  entrega_id: number;
  pedido_id: string;
  nombre_recibe: string;
  firma_recibe: string;
}
export type Recibo = Pick<Borrador, 'nombre_recibe' | 'firma_recibe'>;

const borradores = filasDe<Borrador>('borrador');
const confirmaciones = filasDe<ConfirmacionGuardada>('confirmacion');

export const isEmpty = ({ nombre_recibe, firma_recibe }: Recibo): boolean =>
  nombre_recibe === '' && firma_recibe === '';

/** Drafts of who is signed in: they stay through a reload, a killed tab and the end of the session. */
@Injectable({ providedIn: 'root' })
export class Borradores {
  readonly #sesion = inject(Sesion);
  readonly #lista = signal<readonly Borrador[]>([]);
  /** One write after the other: the last one counts. */
  #written: Promise<unknown> = Promise.resolve();

  readonly lista = this.#lista.asReadonly();

  constructor() {
    effect(() => {
      const usuarioId = this.#sesion.usuario()?.id;
      untracked(() => void this.#load(usuarioId));
    });
  }

  /** The draft, or what was confirmed and refused. */
  async leer(entregaId: number): Promise<Recibo | undefined> {
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined) return undefined;
    const draft = await borradores.get(usuarioId, entregaId);
    if (draft) return draft;
    const confirmed = await confirmaciones.get(usuarioId, entregaId);
    return confirmed?.estado === 'rechazada' ? confirmed.datos : undefined;
  }

  /** An empty one goes. Never rejects: what is on the page stays there. */
  guardar(borrador: Borrador): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined) return Promise.resolve();
    return this.#write(usuarioId, () =>
      isEmpty(borrador)
        ? borradores.remove(usuarioId, borrador.entrega_id)
        : borradores.put(usuarioId, borrador.entrega_id, borrador),
    );
  }

  quitar(entregaId: number): Promise<void> {
    const usuarioId = this.#sesion.usuario()?.id;
    if (usuarioId === undefined) return Promise.resolve();
    return this.#write(usuarioId, () => borradores.remove(usuarioId, entregaId));
  }

  #write(usuarioId: number, change: () => Promise<void>): Promise<void> {
    const written = this.#written.then(change).then(
      () => this.#load(usuarioId),
      () => undefined,
    );
    this.#written = written;
    return written;
  }

  async #load(usuarioId: number | undefined): Promise<void> {
    const lista = usuarioId === undefined ? [] : await borradores.list(usuarioId).catch(() => []);
    if (this.#sesion.usuario()?.id === usuarioId) this.#lista.set(lista);
  }
}
