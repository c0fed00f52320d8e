import { median, tamper } from './pruebas';

const datos = { direccion: 'Calle 1', nombre_recibe: 'Ana', firma_recibe: '<svg/>', pedido_id: 'P-1' };
const firma = 'A'.repeat(60);

test('when a confirmation is tampered with, then exactly one thing differs', () => {
  expect(tamper('valida', datos, firma)).toEqual({ ...datos, firma_payload: firma });
  expect(tamper('datos', datos, firma)).toEqual({ ...datos, direccion: 'Calle 1 bis', firma_payload: firma });
  const changed = tamper('firma', datos, firma);
  expect(changed).toEqual({ ...datos, firma_payload: `${'A'.repeat(40)}B${'A'.repeat(19)}` });
});

test.each([
  [[], undefined],
  [[5], 5],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
])('when %j were measured, then the median is %s', (values, expected) => {
  expect(median(values)).toBe(expected);
});
