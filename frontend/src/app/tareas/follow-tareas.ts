import type { Signal } from '@angular/core';
import { computed, DestroyRef, inject, signal } from '@angular/core';
import type { EventData } from '@medisupply/api-client/operations';
import { isFinal } from '@medisupply/shared/contracts/vocabulary';
import { Eventos } from '../core/eventos/eventos';
import type { CursorPages } from '../ui/cursor-pages';
import type { Tarea } from './tarea';

/** Tasks appear several at once: the list is read a moment after the first, and not more often than this (ms). */
const SOON = 250;
const READ_EVERY = 2_000;
/** A list that is scrolled farther is being read: new tasks do not move it (px). */
const AT_TOP = 300;

export interface LiveTareas {
  /** How many tasks are not in the list yet because it was scrolled. */
  unseen: Signal<number>;
  showUnseen(): void;
}

/**
 * Keeps a list of tasks as it is on the platform: states change in place, new tasks appear while its top is in view and
 * are counted otherwise. `belongs`: whether a task passes the filter. Call it in an injection context.
 */
export function followTareas(
  pages: CursorPages<Tarea>,
  belongs: (evento: EventData['tarea']) => boolean,
): LiveTareas {
  const eventos = inject(Eventos);
  const unseen = signal<ReadonlySet<string>>(new Set());
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastRead = 0;

  function read(): void {
    lastRead = Date.now();
    unseen.set(new Set());
    pages.reload();
  }

  function readSoon(): void {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        if (window.scrollY < AT_TOP) read();
      },
      Math.max(SOON, lastRead + READ_EVERY - Date.now()),
    );
  }

  function apply(evento: EventData['tarea']): void {
    const { task_id, estado, momento } = evento;
    if (task_id === null || estado === null) return;
    const isListed = pages.rows().some(({ id }) => id === task_id);
    if (isListed) {
      const terminada = isFinal(estado) ? momento : null;
      pages.update((row) => (row.id === task_id ? { ...row, state: estado, terminada } : row));
    } else if (belongs(evento)) {
      unseen.update((before) => new Set(before).add(task_id));
    }
    if (isListed !== belongs(evento)) readSoon();
  }

  eventos.escuchar('tarea', apply);
  eventos.escuchar('entrega', apply);
  eventos.escuchar('hueco', readSoon);
  inject(DestroyRef).onDestroy(() => clearTimeout(timer));

  return { unseen: computed(() => unseen().size), showUnseen: read };
}
