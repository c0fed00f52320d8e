import { ApiError } from '@medisupply/api-client/api-client';
import { translateProblem } from './translate-problem';

const refusal = (type: string, instance: string) =>
  new ApiError(409, 'Dice el servicio', {
    problem: {
      type: `urn:medisupply:problem:${type}`,
      title: 'Conflicto',
      status: 409,
      detail: 'Dice el servicio',
      instance,
      errors: [{ path: 'body.sku', message: 'Ya existe' }],
    },
    retryAfter: 3,
  });

afterEach(() => (document.documentElement.lang = 'es'));

test('when the page is English, then a refusal is told by its code and where it was refused', async () => {
  document.documentElement.lang = 'en';
  const texts = [
    ['conflicto', '/entrega/7/confirmar'],
    ['conflicto', '/otra'],
    ['no-encontrado', '/entrega/7'],
    ['de-otra-version', '/entrega/7'],
  ].map(async ([type, path]) => (await translateProblem(refusal(type ?? '', path ?? ''))).message);
  expect(await Promise.all(texts)).toEqual([
    'The delivery can no longer be confirmed: it was delivered, cancelled or has another confirmation',
    'It is not possible as things are now',
    'It does not exist, or you may not see it',
    'Dice el servicio',
  ]);
  const { problem, retryAfter, status } = await translateProblem(refusal('conflicto', '/inventario'));
  expect([status, retryAfter, problem?.errors]).toEqual([
    409,
    3,
    [{ path: 'body.sku', message: 'Not accepted; check it' }],
  ]);
});

test('when the page is Spanish, then what the service says stays', async () => {
  const error = refusal('conflicto', '/inventario');
  expect(await translateProblem(error)).toBe(error);
});

test('when nobody says why, then the status is told in the language of the page', async () => {
  expect((await translateProblem(new ApiError(502, 'Respuesta 502'))).message).toBe(
    'El servicio respondió 502',
  );
  document.documentElement.lang = 'en';
  expect((await translateProblem(new ApiError(502, 'Respuesta 502'))).message).toBe(
    'The service answered 502',
  );
});
