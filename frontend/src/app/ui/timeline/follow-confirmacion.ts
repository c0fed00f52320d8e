import type { Signal } from '@angular/core';
import { computed, effect, inject, linkedSignal } from '@angular/core';
import { readTarea } from '../../core/api/read-tarea';
import type { Evento } from '../../core/eventos/evento';
import { Eventos } from '../../core/eventos/eventos';
import { readWhenLive } from '../../core/eventos/read-when-live';
import { lastValue } from '../last-value';
import { endOf, stepsOf } from './steps';

/** How often the history is read while no live events come (ms). */
const READ_EVERY = 3_000;

/** The steps of one confirmation, live; `antes` are those that only this device knows. Call it in an injection context. */
export function followConfirmacion(taskId: Signal<string>, antes: Signal<readonly Evento[]>) {
  const eventos = inject(Eventos);
  const live = linkedSignal<string, readonly Evento[]>({ source: taskId, computation: () => [] });
  const tarea = readTarea(taskId);
  const known = lastValue(tarea, taskId);
  const steps = computed(() => stepsOf([...antes(), ...(known()?.historial ?? []), ...live()]));
  /** The step that ended it, if one has. */
  const end = computed(() => endOf(steps()));

  eventos.escuchar('entrega', ({ task_id, tipo, momento, datos }) => {
    if (task_id !== taskId()) return;
    live.update((before) => [...before, { tipo, momento, ...(datos ? { datos } : {}) }]);
  });
  eventos.escuchar('hueco', () => tarea.reload());
  eventos.escuchar('redis', () => tarea.reload());
  readWhenLive(tarea);
  effect((onCleanup) => {
    if (end() !== undefined || eventos.estado() === 'conectado') return;
    const timer = setInterval(() => tarea.reload(), READ_EVERY);
    onCleanup(() => clearInterval(timer));
  });
  return { tarea, known, steps, end };
}
