import { placeOf } from './leido';

const ORIGIN = 'https://medisupply.example';

test.each([
  [`${ORIGIN}/entregas/7`, { id: '7', buscar: `${ORIGIN}/entregas/7` }],
  [`${ORIGIN}/confirmar/41`, { id: '41', buscar: `${ORIGIN}/confirmar/41` }],
  ['https://elsewhere.example/entregas/7', { buscar: 'https://elsewhere.example/entregas/7' }],
  [`${ORIGIN}/usuarios`, { buscar: `${ORIGIN}/usuarios` }],
  [' PED-0042 ', { buscar: 'PED-0042' }],
  ['7', { buscar: '7' }],
  ['x'.repeat(500), { buscar: 'x'.repeat(64) }],
])('when %s is read, then it leads to %o', (text, place) => {
  expect(placeOf(text, ORIGIN)).toEqual(place);
});
