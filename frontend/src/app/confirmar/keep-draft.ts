import type { Signal, WritableSignal } from '@angular/core';
import { effect, inject, signal, untracked } from '@angular/core';
import type { Recibo } from '../core/confirmaciones/borradores';
import { Borradores, isEmpty } from '../core/confirmaciones/borradores';

interface Entrega {
  id: number;
  pedido_id: string;
}

/** Takes up the draft of a delivery, and keeps what is typed and drawn from then on. Call it in an injection context. */
export function keepDraft(entrega: Signal<Entrega | undefined>, recibo: WritableSignal<Recibo>): void {
  const borradores = inject(Borradores);
  const takenUp = signal<{ id: number; kept?: Recibo } | undefined>(undefined);

  async function takeUp(id: number): Promise<void> {
    const found = await borradores.leer(id).catch(() => undefined);
    if (entrega()?.id !== id) return;
    if (!found || !isEmpty(recibo())) return takenUp.set({ id });
    const kept = { nombre_recibe: found.nombre_recibe, firma_recibe: found.firma_recibe };
    recibo.set(kept);
    takenUp.set({ id, kept });
  }

  effect(() => {
    const id = entrega()?.id;
    if (id !== undefined && id !== untracked(takenUp)?.id) untracked(() => void takeUp(id));
  });
  effect(() => {
    const now = recibo();
    const of = untracked(entrega);
    const { id, kept } = takenUp() ?? {};
    if (!of || id !== of.id || now === kept) return;
    untracked(() => void borradores.guardar({ ...now, entrega_id: of.id, pedido_id: of.pedido_id }));
  });
}
