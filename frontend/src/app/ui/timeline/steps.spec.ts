import { expect, test } from 'vitest';
import type { Evento } from '../../core/eventos/evento';
import { endOf, stepsOf, total } from './steps';

const at = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString();

const HISTORIAL: Evento[] = [
  { tipo: 'recibida', momento: at(0) },
  { tipo: 'firma', momento: at(4), datos: { verificada: 'local' } },
  { tipo: 'aceptada', momento: at(4) },
  { tipo: 'aplicada', momento: at(30) },
  { tipo: 'inicio', momento: at(20), datos: { intento: 0 } },
  { tipo: 'encolada', momento: at(12) },
];

test('when the events of the server are read, then the steps are in order, with the time between', () => {
  const steps = stepsOf(HISTORIAL);
  expect(steps.map(({ tipo, elapsed }) => [tipo, elapsed])).toEqual([
    ['recibida', undefined],
    ['firma', 4],
    ['aceptada', 0],
    ['encolada', 8],
    ['inicio', 8],
    ['aplicada', 10],
  ]);
  expect([endOf(steps), total(steps)]).toEqual(['aplicada', 30]);
});

test('when an event comes twice, live and in the history, then it is there once', () => {
  expect(stepsOf([...HISTORIAL, ...HISTORIAL.slice(0, 3)])).toEqual(stepsOf(HISTORIAL));
});

test('when the worker was faster than the answer of the queue, then it was in the queue by then', () => {
  const steps = stepsOf([
    { tipo: 'aceptada', momento: at(0) },
    { tipo: 'inicio', momento: at(5), datos: { intento: 0 } },
    { tipo: 'aplicada', momento: at(20) },
    { tipo: 'encolada', momento: at(21) },
  ]);
  expect(endOf(steps)).toBe('aplicada');
  expect(steps.map(({ tipo, elapsed }) => [tipo, elapsed])).toEqual([
    ['aceptada', undefined],
    ['encolada', 5],
    ['inicio', 0],
    ['aplicada', 15],
  ]);
});

test('when two attempts were made, then both are there, and it has not ended', () => {
  const steps = stepsOf([
    { tipo: 'inicio', momento: at(0), datos: { intento: 0 } },
    { tipo: 'reintento', momento: at(5), datos: { intento: 1, motivo: 'fallo transitorio' } },
    { tipo: 'inicio', momento: at(900), datos: { intento: 1 } },
  ]);
  expect(steps.map(({ tipo }) => tipo)).toEqual(['inicio', 'reintento', 'inicio']);
  expect(endOf(steps)).toBeUndefined();
});
