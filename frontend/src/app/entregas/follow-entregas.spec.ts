import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { EventData } from '@medisupply/api-client/operations';
import { LogisticaApi } from '../core/api/logistica-api';
import { Eventos } from '../core/eventos/eventos';
import type { CursorPages } from '../ui/cursor-pages';
import type { Entrega, EntregasQuery } from './follow-entregas';
import { followEntregas } from './follow-entregas';

type Evento = EventData['entrega'];

const row = (id: number, asignada_a: number | null = null) => ({ id, asignada_a, estado: 'EN_RUTA' });

function start(listed: Partial<Entrega>[], query: EntregasQuery = { sin_asignar: 'true' }) {
  const rows = signal(listed as Entrega[]);
  const listeners: ((evento: Evento) => void)[] = [];
  const escuchar = (nombre: string, listener: (evento: Evento) => void) => {
    if (nombre === 'entrega') listeners.push(listener);
  };
  TestBed.configureTestingModule({
    providers: [
      { provide: Eventos, useValue: { escuchar, estado: () => 'conectado' } },
      { provide: LogisticaApi, useValue: {} },
    ],
  });
  const update = (change: (row: Entrega) => Entrega | undefined) =>
    rows.update((before) => before.map(change).filter((one) => one !== undefined));
  const pages = { rows, update, reload: () => undefined } as unknown as CursorPages<Entrega>;
  const live = TestBed.runInInjectionContext(() => followEntregas(pages, () => query));
  const happen = (evento: Partial<Evento>) => {
    for (const listener of listeners) listener({ momento: 'm', datos: null, ...evento } as Evento);
  };
  const shown = () => rows().map(({ id, asignada_a }) => [id, asignada_a]);
  return { live, happen, shown };
}

test('when one of those that nobody carries is claimed, confirmed or cancelled, then it is offered no more', () => {
  const { happen, shown } = start([row(1), row(2), row(3), row(4), row(5)]);
  happen({ tipo: 'tomada', entrega_id: 1 });
  happen({ tipo: 'tomada', entrega_id: 2, datos: { asignada_a: 8 } });
  happen({ tipo: 'aceptada', entrega_id: 3 });
  happen({ tipo: 'cancelada', entrega_id: 4 });
  expect(shown()).toEqual([[5, null]]);
});

test('when one is given back or created without a courier, then it is announced; one with a courier is not', () => {
  const { live, happen } = start([row(1)]);
  happen({ tipo: 'soltada', entrega_id: 7, datos: { asignada_a: null } });
  happen({ tipo: 'creada', entrega_id: 8, datos: { estado: 'EN_RUTA' } });
  happen({ tipo: 'creada', entrega_id: 9, datos: { estado: 'EN_RUTA', asignada_a: 3 } });
  expect(live.unseen()).toBe(2);
});

test('when all are listed, then a row says who carries it, and what became invisible is gone', () => {
  const { live, happen, shown } = start([row(1), row(2), row(3, 8)], {});
  happen({ tipo: 'tomada', entrega_id: 1, datos: { asignada_a: 8 } });
  happen({ tipo: 'tomada', entrega_id: 2 });
  happen({ tipo: 'soltada', entrega_id: 3, datos: { asignada_a: null } });
  happen({ tipo: 'soltada', entrega_id: 99, datos: { asignada_a: null } });
  expect([shown(), live.unseen()]).toEqual([
    [
      [1, 8],
      [3, null],
    ],
    0,
  ]);
});
