import { datosOf, documentoOf, jsonOf, VACIO } from './firma';
import { remaining, vigenciaOf } from './vigencia';

const documento = {
  ...VACIO,
  direccion: 'Cafe\u0301 10',
  nombre_recibe: 'Ana',
  firma_recibe: '<svg/>',
  pedido_id: 'PED-1',
  entrega_id: '7',
  usuario_id: '3',
  firma: 'a..b',
};

test('when the fields are complete, then they are as the server takes them', () => {
  expect(datosOf(documento)).toEqual({
    direccion: 'Caf\u00e9 10',
    nombre_recibe: 'Ana',
    firma_recibe: '<svg/>',
    pedido_id: 'PED-1',
    entrega_id: 7,
    usuario_id: 3,
  });
});

test('when the time or the photo is signed, then it is part of the data, and left empty it is not', () => {
  const foto_sha256 = 'a'.repeat(64);
  const capturado = '2026-11-25T10:00:00.000Z';
  expect(datosOf({ ...documento, capturado })).toEqual({ ...datosOf(documento), capturado });
  expect(Object.keys(datosOf({ ...documento, foto_sha256: ' ' })!)).toHaveLength(6);
  const both = datosOf({ ...documento, capturado, foto_sha256 })!;
  expect(both).toMatchObject({ capturado, foto_sha256 });
  expect(datosOf(documentoOf(jsonOf(both, 'a..b'))!)).toEqual(both);
  // As the server answers a delivery that has none.
  const answered = documentoOf(
    JSON.stringify({ ...datosOf(documento), capturado: null, foto_sha256: null }),
  )!;
  expect(datosOf(answered)).toEqual(datosOf(documento));
});

test.each([
  ['entrega_id', '07'],
  ['usuario_id', ''],
  ['direccion', '  '],
])('when %s is «%s», then there is nothing to compare with', (field, value) => {
  expect(datosOf({ ...documento, [field]: value })).toBeUndefined();
});

test('when what was copied is pasted, then it is the same', () => {
  const datos = datosOf(documento)!;
  expect(documentoOf(jsonOf(datos, 'a..b'))).toEqual({ ...documento, direccion: datos.direccion });
  expect(documentoOf(JSON.stringify({ ...datos, firma_payload: 'c..d' }))).toMatchObject({
    entrega_id: '7',
    firma: 'c..d',
  });
});

test.each(['', 'hola', '[]', '{"otra":1}'])('when «%s» is pasted, then it is refused', (text) => {
  expect(documentoOf(text)).toBeUndefined();
});

test.each([
  [999_000, 'vigente', '15:01'],
  [1_000_000 - 61_000, 'futura', '16:01'],
  [1_900_000 + 30_000, 'vigente', '0:00'],
  [1_900_000 + 61_000, 'expirada', '0:00'],
] as const)('when the clock says %i, then it is %s with %s left', (now, vigencia, left) => {
  expect([vigenciaOf({ iat: 1_000, exp: 1_900 }, now), remaining(1_900, now)]).toEqual([vigencia, left]);
});
