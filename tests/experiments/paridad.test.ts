import { describe, expect, test } from 'vitest';
import { compare } from '../../scripts/experiments/paridad/compare.ts';
import { REQUESTS } from '../../scripts/experiments/paridad/requests.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers: new Headers(headers),
});
const original = { status: 200, answer: { id: 'number', items: [{ name: 'string|null' }] } } as const;
const stricter = { status: 401, reason: 'hace falta un token' };

describe('compare', () => {
  test.each([
    ['igual', answer(200, { id: 1, items: [{ name: null }] })],
    ['más', answer(200, { id: 1, items: [{ name: 'a', color: 'b' }] })],
    ['más estricto', answer(401, { error: 'no' })],
    ['diferente', answer(500, {})],
    ['diferente', answer(200, { id: '1', items: [] })],
    ['diferente', answer(200, { id: 1, items: [{}] })],
    ['diferente', answer(200, 'una página')],
  ])('when an answer is %s, then that is the verdict', (verdict, received) => {
    expect(compare({ original, stricter }, received).verdict).toBe(verdict);
  });

  test('when something differs, then the detail says where', () => {
    const { detail } = compare({ original }, answer(200, { id: 1, items: [{ name: 'a' }, { name: 2 }] }));
    expect(detail).toBe('items[].name: number, se esperaba string|null');
  });

  test('when an answer is stricter but successful, then the keys of the original are still asked for', () => {
    const created = { original, stricter: { status: 201, reason: 'una creación responde 201' } };
    expect(compare(created, answer(201, { id: 1 })).verdict).toBe('diferente');
  });

  test('when a word or a header is asked for, then it must be exactly that', () => {
    const strict = { original: { status: 405, answer: { service: '=monitor' }, headers: ['allow'] } };
    expect(compare(strict, answer(405, { service: 'monitor' }, { Allow: 'GET' })).verdict).toBe('igual');
    expect(compare(strict, answer(405, { service: 'monitor' })).detail).toBe('falta la cabecera allow');
    expect(compare(strict, answer(405, { service: 'otro' }, { Allow: 'GET' })).verdict).toBe('diferente');
  });
});

describe('the list of requests', () => {
  test.each([
    'POST /api/v1/autorizador/signup',
    'POST /api/v1/autorizador/login',
    'POST /api/v1/autorizador/sign-data',
    'POST /api/v1/autorizador/validate-signature',
    'GET /api/v1/autorizador/health',
    'POST /api/v1/logistica/entregas',
    'GET /api/v1/logistica/entregas',
    'GET /api/v1/logistica/entrega/:id',
    'POST /api/v1/logistica/entrega/:id/confirmar',
    'GET /api/v1/logistica/tareas',
    'POST /api/v1/logistica/tareas',
    'GET /api/v1/logistica/tareas/:id',
    'GET /api/v1/logistica/tarea/:id',
    'GET /api/v1/logistica/health',
    'GET /api/v1/monitor/status',
    'GET /api/v1/monitor/queue',
    'GET /api/v1/monitor/workers',
    'GET /api/v1/monitor/ping-logistica',
    'GET /api/v1/monitor/logistica-status',
    'GET /api/v1/monitor/health',
    'GET /health',
  ])('when it is played, then %s is asked', (operation) => {
    const asked = REQUESTS.map(({ method, path }) => `${method} ${path.replaceAll(/\$\w+/g, ':id')}`);
    expect(asked).toContain(operation);
  });

  test('when a request uses a word, then an earlier one remembers it', () => {
    const known = new Set(['nombre', 'otro_nombre', 'tercer_nombre', 'contrasena', 'pagina']);
    const unknown = REQUESTS.flatMap(({ path, headers, body, remember = {} }) => {
      const used = [...JSON.stringify([path, headers, body]).matchAll(/\$(\w+)/g)].map(
        ([, word = '']) => word,
      );
      const missing = used.filter((word) => !known.has(word));
      for (const word of Object.keys(remember)) known.add(word);
      return missing;
    });
    expect(unknown).toEqual([]);
  });

  test('when requests are counted, then no two have one name', () => {
    expect(new Set(REQUESTS.map(({ name }) => name)).size).toBe(REQUESTS.length);
    expect(REQUESTS.length).toBeGreaterThanOrEqual(60);
  });
});
