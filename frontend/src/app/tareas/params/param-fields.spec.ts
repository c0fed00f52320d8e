import type { ParamField } from './param-fields';
import { paramFields, paramsOf, problemOf } from './param-fields';

/** As the registry's declarations come out of zod. */
const SCHEMA = {
  type: 'object',
  properties: {
    producto_id: { type: 'integer', minimum: 1, maximum: 100 },
    peso: { type: 'number', default: 2.5 },
    urgente: { type: 'boolean' },
    turno: { type: 'string', enum: ['dia', 'noche'] },
    desde: {
      description: 'Incluida',
      anyOf: [
        { type: 'string', format: 'date', pattern: String.raw`^\d{4}` },
        { type: 'string', format: 'date-time', pattern: String.raw`^\d{4}` },
        { type: 'string', pattern: String.raw`^\d{1,2}/` },
        { type: 'null' },
      ],
    },
    actividad: {
      type: 'object',
      properties: {
        tipo: { type: 'string', minLength: 1, maxLength: 8 },
        nota: { type: 'string', maxLength: 512 },
        datos: { type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
      },
      required: ['tipo'],
    },
  },
  required: ['producto_id', 'actividad'],
};

test('when any object will do, then the described one has its fields, and none is required', () => {
  const { actividad } = SCHEMA.properties;
  const anyOf = [actividad, { type: 'object', additionalProperties: { type: 'string' } }];
  const described = paramFields({ properties: { actividad: { default: {}, anyOf } } });
  expect(described.map(({ key, kind, required }) => [key, kind, required])).toEqual([
    ['actividad.tipo', 'text', false],
    ['actividad.nota', 'long-text', false],
    ['actividad.datos', 'json', false],
  ]);
});

const fields = paramFields(SCHEMA);
const field = (key: string): ParamField => {
  const found = fields.find((one) => one.key === key);
  if (!found) throw new Error(`no field ${key}`);
  return found;
};

test('when a schema is read, then each parameter has the control that fits it', () => {
  expect(fields.map(({ key, kind, required }) => [key, kind, required])).toEqual([
    ['producto_id', 'integer', true],
    ['peso', 'number', false],
    ['urgente', 'choice', false],
    ['turno', 'choice', false],
    ['desde', 'date', false],
    ['actividad.tipo', 'text', true],
    ['actividad.nota', 'long-text', false],
    ['actividad.datos', 'json', false],
  ]);
  expect([field('peso').initial, field('producto_id').initial, field('desde').description]).toEqual([
    2.5,
    null,
    'Incluida',
  ]);
});

test.each([
  ['producto_id', null, 'falta'],
  ['producto_id', 1.5, 'entero'],
  ['producto_id', 0, 'minimo'],
  ['producto_id', 101, 'maximo'],
  ['producto_id', 7, undefined],
  ['desde', '', undefined],
  ['actividad.tipo', 'demasiado largo', 'largo'],
  ['actividad.datos', '{"a":', 'json'],
  ['actividad.datos', '{"a": 1}', undefined],
] as const)('when %s is %s, then its problem is %s', (key, value, problem) => {
  expect(problemOf(field(key), value)).toBe(problem);
});

test('when it is sent, then it is nested again, typed, and without what was left empty', () => {
  const values = {
    producto_id: 7,
    peso: null,
    urgente: 'false',
    turno: '',
    'actividad.tipo': 'nota',
    'actividad.datos': '{"a": 1}',
  };
  expect(paramsOf(fields, values)).toEqual({
    producto_id: 7,
    urgente: false,
    actividad: { tipo: 'nota', datos: { a: 1 } },
  });
});
