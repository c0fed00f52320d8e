import { effect, inject, untracked } from '@angular/core';
import { Eventos } from './eventos';

interface Readable {
  isLoading(): boolean;
  reload(): unknown;
}

/**
 * Reads once more when the live events begin, for what happened between the first reading and then. From there on
 * nothing is missed, since a stream that was cut resumes where it was.
 */
export function readWhenLive(readable: Readable): void {
  const eventos = inject(Eventos);
  if (eventos.estado() === 'conectado') return;
  const once = effect(() => {
    if (eventos.estado() !== 'conectado' || readable.isLoading()) return;
    untracked(() => readable.reload());
    once.destroy();
  });
}
