import type { EventoTipo } from '@medisupply/shared/contracts/vocabulary';
import { attemptOf, reasonOf } from '../core/eventos/evento';
import { sucesoDe } from '../ui/sucesos';
import { historialOf } from './historial';

test('when a history is read, then each event has its attempt, its reason and the time since the one before', () => {
  const eventos = historialOf([
    { tipo: 'aceptada', momento: '2026-05-20T12:00:00.000Z' },
    { tipo: 'inicio', momento: '2026-05-20T12:00:00.120Z', datos: { intento: 1 } },
    { tipo: 'encolada', momento: '2026-05-20T12:00:00.100Z' },
    { tipo: 'fallida', momento: '2026-05-20T12:00:01.120Z', datos: { error: 'sin red' } },
    { tipo: 'nuevo_tipo' as EventoTipo, momento: '2026-05-20T12:00:01.120Z' },
  ]);
  expect(
    eventos.map((one) => [one.tipo, one.elapsed, attemptOf(one), reasonOf(one), sucesoDe(one)?.tone]),
  ).toEqual([
    ['aceptada', undefined, 1, undefined, 'plain'],
    ['encolada', 100, 1, undefined, 'plain'],
    ['inicio', 20, 2, undefined, 'plain'],
    ['fallida', 1_000, 1, 'sin red', 'bad'],
    ['nuevo_tipo', 0, 1, undefined, undefined],
  ]);
});
