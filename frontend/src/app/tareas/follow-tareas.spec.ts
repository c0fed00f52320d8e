import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { EventData } from '@medisupply/api-client/operations';
import { Eventos } from '../core/eventos/eventos';
import type { CursorPages } from '../ui/cursor-pages';
import { followTareas } from './follow-tareas';
import type { Tarea } from './tarea';

type Evento = EventData['tarea'];

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function start(listed: Partial<Tarea>[]) {
  const rows = signal(listed as Tarea[]);
  const reload = vi.fn<() => void>();
  const listeners: ((evento: Evento) => void)[] = [];
  const escuchar = (nombre: string, listener: (evento: Evento) => void) => {
    if (nombre === 'tarea') listeners.push(listener);
  };
  TestBed.configureTestingModule({ providers: [{ provide: Eventos, useValue: { escuchar } }] });
  const update = (change: (row: Tarea) => Tarea) => rows.update((before) => before.map(change));
  const pages = { rows, reload, update } as unknown as CursorPages<Tarea>;
  const live = TestBed.runInInjectionContext(() =>
    followTareas(pages, ({ tarea }) => tarea !== 'monitor.ping_logistica'),
  );
  const happen = (evento: Partial<Evento>) => {
    for (const listener of listeners) listener({ momento: '2026-05-20T12:00:00Z', ...evento } as Evento);
  };
  return { rows, reload, live, happen };
}

test('when a listed task ends, then its row says so without being read again', () => {
  const { rows, reload, happen } = start([{ id: 'a', state: 'STARTED', terminada: null }]);
  happen({ task_id: 'a', estado: 'SUCCESS', tarea: 'x.y' });
  vi.runAllTimers();
  expect(rows()).toEqual([{ id: 'a', state: 'SUCCESS', terminada: '2026-05-20T12:00:00Z' }]);
  expect(reload).not.toHaveBeenCalled();
});

test('when many tasks appear at once, then the list is read once, and those outside the filter do not count', () => {
  const { reload, live, happen } = start([]);
  happen({ task_id: 'p', estado: 'PENDING', tarea: 'monitor.ping_logistica' });
  for (const task_id of ['a', 'b', 'a']) happen({ task_id, estado: 'PENDING', tarea: 'x.y' });
  expect(live.unseen()).toBe(2);
  vi.runAllTimers();
  expect([reload.mock.calls.length, live.unseen()]).toEqual([1, 0]);
});
