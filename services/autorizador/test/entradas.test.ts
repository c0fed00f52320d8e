import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, CONTRASENA, startAutorizador } from './support.ts';
import type { Answer, Autorizador } from './support.ts';

let autorizador: Autorizador;
let token: string;
let admin: string;
let refresh_token: string;

beforeAll(async () => {
  autorizador = await startAutorizador();
  const usuario = await autorizador.newUsuario();
  token = usuario.token;
  admin = await autorizador.adminToken();
  refresh_token = (await autorizador.login(usuario.nombre)).body.refresh_token;
});

afterAll(() => autorizador.close());

const PAYLOAD = {
  direccion: 'Calle 1',
  nombre_recibe: 'Ana',
  firma_recibe: 'Ana',
  pedido_id: 'P1',
  entrega_id: 1,
};

/** Every operation with a body, and a body that is good but for the field under test. */
const OPERATIONS: {
  method: string;
  path: string;
  body: Record<string, unknown>;
  caller: () => Record<string, string>;
}[] = [
  { method: 'POST', path: '/signup', body: { nombre: 'campo', contrasena: CONTRASENA }, caller: () => ({}) },
  { method: 'POST', path: '/login', body: { nombre: 'campo', contrasena: CONTRASENA }, caller: () => ({}) },
  { method: 'POST', path: '/token/refresh', body: { refresh_token: 'x' }, caller: () => ({}) },
  { method: 'POST', path: '/logout', body: { refresh_token: 'x', todas: 'x' }, caller: () => ({}) },
  { method: 'POST', path: '/sign-data', body: { payload: PAYLOAD }, caller: () => bearer(token) },
  {
    method: 'POST',
    path: '/validate-signature',
    body: { payload: PAYLOAD, firma: 'x' },
    caller: () => bearer(token),
  },
  {
    method: 'PATCH',
    path: '/usuarios/999999',
    body: { roles: ['usuario'], activo: true },
    caller: () => bearer(admin),
  },
];

/** Never good for any field of those operations. */
const ALWAYS_BAD: [string, unknown][] = [
  ['null', null],
  ['-1', -1],
  ['1.5', 1.5],
  ['[]', []],
  ['{}', {}],
  ['a deep array', deep(31)],
  ['blank', ' '],
  ['empty', ''],
  ['an operator', { $gt: '' }],
  ['NUL', 'a\u0000bcdefghij'],
  ['a right-to-left override', 'abc\u202Edefghij'],
];

/** Good for some fields (text), bad for others; must never be a 5xx. */
const SOMETIMES_BAD: [string, unknown][] = [
  ['true', true],
  ['0', 0],
  ['emoji', '🚚🚚🚚🚚🚚🚚🚚🚚'],
  ['NFD', 'Jose\u0301 Jose\u0301'],
  ['SQL', "'; DROP TABLE usuario; --"],
  ['markup', '<script>alert(1)</script>'],
  ['CRLF', 'abcdef\r\nSet-Cookie: a=b'],
  ['BOM', '\uFEFFabcdefghij'],
  ['10,000 characters', 'x'.repeat(10_000)],
];

function deep(levels: number): unknown {
  let value: unknown = 'x';
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

/** Any text is a firma, if not a valid one; and an order may have any integer as its id. */
const isTaken = (field: string, what: string, value: unknown) =>
  (field === 'firma' && typeof value === 'string') || (field === 'payload.pedido_id' && what === '-1');

/** Each way to put a value: at each field, also inside `payload`. */
function placements(body: Record<string, unknown>, value: unknown): [string, unknown][] {
  const own = Object.keys(body).map((field): [string, unknown] => [field, { ...body, [field]: value }]);
  if (!('payload' in body)) return own;
  const inner = Object.keys(PAYLOAD).map((field): [string, unknown] => [
    `payload.${field}`,
    { ...body, payload: { ...PAYLOAD, [field]: value } },
  ]);
  return [...own, ...inner];
}

const isProblem = (answer: Answer) =>
  answer.headers['content-type']?.startsWith('application/problem+json') ?? false;

describe.each(OPERATIONS)('$method $path', ({ method, path, body, caller }) => {
  const send = (content: unknown, headers = {}) =>
    autorizador.call(method, path, content, { ...caller(), ...headers });

  test('when any field has a value that is never good, then 4xx problem+json', async () => {
    const wrong: string[] = [];
    for (const [what, value] of ALWAYS_BAD) {
      for (const [field, content] of placements(body, value)) {
        if (isTaken(field, what, value)) continue;
        const answer = await send(content);
        if (answer.status < 400 || answer.status > 499 || !isProblem(answer))
          wrong.push(`${field} = ${what}: ${answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('when any field has a curious value, then never a 5xx', async () => {
    const wrong: string[] = [];
    for (const [what, value] of SOMETIMES_BAD) {
      for (const [field, content] of placements(body, value)) {
        const answer = await send(content);
        if (answer.status >= 500 || (answer.status >= 400 && !isProblem(answer)))
          wrong.push(`${field} = ${what}: ${answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each<[string, string | Buffer]>([
    ['null', 'null'],
    ['an array', '[]'],
    ['a number', '7'],
    ['a string', '"x"'],
    ['nothing but a brace', '{'],
    ['a trailing comma', '{"nombre":"a",}'],
    ['NaN', '{"nombre":NaN}'],
    ['1e400', '{"nombre":1e400}'],
    ['2^53+1', '{"nombre":9007199254740993}'],
    [
      'a lone surrogate',
      '{"nombre":"abc\\ud800","contrasena":"abcdefgh\\ud800","payload":{"direccion":"\\ud800"}}',
    ],
    ['a BOM', '\uFEFF{"nombre":"abc"}'],
    ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['its own __proto__', '{"__proto__":{"roles":["Admin"]}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"roles":["Admin"]}}}'],
  ])('when the body is %s, then 400 (hole 10)', async (_what, raw) => {
    const answer = await send(raw);
    expect([answer.status, isProblem(answer)]).toEqual([400, true]);
  });

  test('when the body has 10,000 keys, then 4xx', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 1]));
    const answer = await send(many);
    expect([answer.status, answer.text.length < 10_000]).toEqual([400, true]);
  });

  test('when the content is of another type or too large, also once inflated, then 415 or 413', async () => {
    expect((await send('nombre=a', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      415,
    );
    expect((await send(JSON.stringify(body), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(JSON.stringify({ nombre: 'x'.repeat(300 * 1024) }))).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(2 * 1024 * 1024, 0x20));
    expect((await send(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  });
});

test('when all of that has passed, then the service is well and no secret was logged (hole 11)', async () => {
  expect((await autorizador.call('GET', '/readyz')).body.checks.base_de_datos).toBe('ok');
  const nombre = 'registro-final';
  const contrasena = 'Secreto-Plantado-9';
  await autorizador.call('POST', '/signup', { nombre, contrasena });
  await autorizador.call('POST', '/login', { nombre, contrasena });
  await autorizador.call('POST', '/login', { nombre, contrasena, extra: 1 });
  await autorizador.call('POST', '/signup', `{"nombre":"x","contrasena":"${contrasena}"`);
  await autorizador.call(
    'POST',
    '/sign-data',
    { payload: { ...PAYLOAD, direccion: contrasena } },
    bearer(token),
  );
  await autorizador.call(
    'POST',
    '/token/refresh',
    { refresh_token },
    { 'i-api-key': contrasena, cookie: `a=${contrasena}` },
  );

  const log = autorizador.logged.join('');
  expect(log).toContain('/login');
  const secrets = [
    contrasena,
    CONTRASENA,
    token,
    admin,
    refresh_token,
    autorizador.secret('admin_contrasena'),
    'Calle 1',
    '$argon2',
  ];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});
