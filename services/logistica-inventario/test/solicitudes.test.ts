import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAD_UTF8, badDocuments } from '@medisupply/shared/testing/hostile-values';
import { SMUGGLED_REQUESTS } from '@medisupply/shared/testing/smuggled-requests';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import type { Answer, Operation } from './support.ts';
import { call, createEntrega, json, operations, problem, send } from './support.ts';

const APP_ORIGIN = 'https://app.medisupply.example';

let platform: Platform;
let as: string;
let admin: string;
let documented: Operation[];

beforeAll(async () => {
  platform = await startPlatform({ redis: false, env: { CORS_ORIGINS: APP_ORIGIN } });
  as = platform.token({ id: 7 });
  admin = platform.token({ id: 1, roles: ['Admin'] });
  documented = await operations(platform);
});

afterAll(() => platform.close());

const post = (body: string | Uint8Array, ...headers: string[]): Promise<Answer> =>
  send(platform, 'POST', '/entregas', { headers: json(as, ...headers), body });

const someEntrega = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  direccion: 'Calle 1',
  estado: 'EN_CAMINO',
  pedido_id: 'PED-1',
  ...fields,
});

const withPayload = (length: number) => {
  const empty = JSON.stringify(someEntrega({ relleno: '' }));
  return JSON.stringify(someEntrega({ relleno: 'x'.repeat(length - empty.length) }));
};

/** The one that takes no JSON. */
const isFoto = ({ path }: Operation): boolean => path().endsWith('/foto');

const detailOf = (answer: Answer) => [answer.status, answer.body.detail];

describe('size and depth', () => {
  const LIMIT = 256 * 1024;
  const TOO_LARGE = [413, 'El cuerpo supera 256 KiB'];

  test('when a body is larger than 256 KiB, then it is 413; at the limit it is read', async () => {
    const answer = await post(withPayload(LIMIT + 1));
    expect(answer.body).toEqual(
      problem(413, 'cuerpo-demasiado-grande', 'El cuerpo supera 256 KiB', '/entregas'),
    );
    expect(answer.status).toBe(413);
    expect(await post(withPayload(LIMIT))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.relleno' }] },
    });
  });

  test('when ten megabytes come, with their length or without, on any route, then it is 413', async () => {
    const large = Buffer.alloc(10_000_000, 0x20);
    for (const operation of documented.filter(({ method }) => method === 'POST')) {
      const answer = await send(platform, 'POST', operation.path(), { headers: json(admin), body: large });
      const limit = isFoto(operation) ? [413, 'El cuerpo supera 320 KiB'] : TOO_LARGE;
      expect(detailOf(answer)).toEqual(limit);
    }
    const chunked = await send(platform, 'POST', '/entregas', {
      headers: json(as),
      body: Readable.from([large.subarray(0, 100_000), large]),
    });
    expect(detailOf(chunked)).toEqual(TOO_LARGE);
  });

  test('when a small body inflates to ten megabytes, then it is 413; an honest compressed one is read', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000, 0x20));
    expect(bomb.length).toBeLessThan(20_000);
    expect(detailOf(await post(bomb, 'content-encoding', 'gzip'))).toEqual(TOO_LARGE);
    const honest = gzipSync(JSON.stringify(someEntrega()));
    expect((await post(honest, 'content-encoding', 'gzip')).status).toBe(201);
    expect((await post(honest.subarray(0, 20), 'content-encoding', 'gzip')).status).toBe(400);
    expect((await post('{}', 'content-encoding', 'gzip')).status).toBe(400);
    expect((await post('{}', 'content-encoding', 'zstd-no')).status).toBe(415);
  });

  test('when JSON is nested too deep, then it is 400 before anything walks it', async () => {
    const nested = (levels: number) => `{"direccion":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    const TOO_DEEP = [400, 'El JSON tiene más de 32 niveles'];
    expect(detailOf(await post(nested(100_000)))).toEqual(TOO_DEEP);
    expect(detailOf(await post('['.repeat(100_000)))).toEqual(TOO_DEEP);
    expect(detailOf(await post('{"a":'.repeat(40_000)))).toEqual(TOO_DEEP);
    expect(detailOf(await post(nested(33)))).toEqual(TOO_DEEP);
    // Brackets inside of text are text.
    expect((await post(JSON.stringify(someEntrega({ direccion: '[{"'.repeat(80) })))).status).toBe(201);
    expect(await post(nested(32))).toMatchObject({ status: 400, body: { errors: expect.any(Array) } });
  });

  test('when a body has thousands of keys, then the answer is small and quick', async () => {
    const keys = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 0])));
    expect((await post(keys(100_000))).status).toBe(413);
    const started = performance.now();
    const answer = await post(keys(20_000));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.length).toBeLessThanOrEqual(30);
    expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
  });

  test('when headers are larger than 16 KB, then it is 431 in full and the process goes on', async () => {
    const answer = await send(platform, 'GET', '/entregas', { headers: ['x-grande', 'x'.repeat(20_000)] });
    expect(answer.body).toEqual(
      problem(431, 'cabeceras-demasiado-grandes', 'La dirección o las cabeceras son demasiado largas', '/'),
    );
    expect([answer.status, answer.headers['content-type']]).toEqual([
      431,
      'application/problem+json; charset=utf-8',
    ]);
    expect((await call(platform, 'GET', '/livez')).status).toBe(200);
  });

  /** Sends zeros in chunks until it is cut off. @returns what came back, and how many bytes were taken */
  function endless(path: string, ...headers: string[]): Promise<{ answer: string; taken: number }> {
    const { hostname, port } = new URL(platform.logistica.url);
    const chunk = `10000\r\n${'0'.repeat(65_536)}\r\n`;
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(Number(port), hostname);
      const more = (): void => {
        if (socket.destroyed) return;
        if (socket.write(chunk)) setImmediate(more);
        else socket.once('drain', more);
      };
      socket.on('error', () => undefined);
      socket.on('data', (data: Buffer) => (answer += data.toString()));
      socket.on('close', () => resolve({ answer, taken: socket.bytesWritten - socket.writableLength }));
      socket.write(
        [`POST ${path} HTTP/1.1`, 'Host: x', 'Transfer-Encoding: chunked', ...headers, '', ''].join('\r\n'),
      );
      more();
    });
  }

  test.for([
    ['one who may', '/entregas', 413],
    ['a stranger', '/entregas', 401],
    ['one who asks for what is not there', '/nada', 413],
  ] as const)('when %s sends a body without end, then it is cut off', async ([who, path, status]) => {
    const headers = who === 'one who may' ? [`Authorization: Bearer ${as}`] : [];
    const { answer, taken } = await endless(path, 'Content-Type: application/json', ...headers);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    // Some is taken so that the answer arrives; before, it was all that came within ten seconds: gigabytes.
    expect(taken).toBeLessThan(64 * 1024 * 1024);
  });

  test('when too much is announced, then nobody is asked who they are', async () => {
    const answer = await send(platform, 'POST', '/entregas', {
      headers: ['authorization', 'Bearer x', 'content-type', 'application/json'],
      body: Buffer.alloc(LIMIT + 1, 0x20),
    });
    expect(detailOf(answer)).toEqual(TOO_LARGE);
  });

  test('when somebody is not known, then a bad body is not read', async () => {
    const answer = await send(platform, 'POST', '/entregas', {
      headers: ['content-type', 'text/plain'],
      body: '{',
    });
    expect(answer.status).toBe(401);
  });
});

describe('what a body must be', () => {
  test.for([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json-patch+json',
    'application/problem+json',
    'text/json',
    'application/jsonp',
    'application/json, text/plain',
    'json',
    '*/*',
  ])('when Content-Type is %s, then every route that takes a body is 415', async (type) => {
    for (const operation of documented.filter(({ method }) => method !== 'GET')) {
      const { method, path } = operation;
      const wanted = isFoto(operation) ? 'image/jpeg' : 'application/json';
      const answer = await send(platform, method, path(), {
        headers: ['authorization', `Bearer ${admin}`, 'content-type', type],
        body: '{}',
      });
      expect(answer.body).toEqual(problem(415, 'tipo-no-admitido', `El cuerpo debe ser ${wanted}`, path()));
      expect(answer.status).toBe(415);
    }
  });

  test('when there is no Content-Type, then it is 415', async () => {
    const answer = await send(platform, 'POST', '/entregas', {
      headers: ['authorization', `Bearer ${as}`],
      body: JSON.stringify(someEntrega()),
    });
    expect(answer.status).toBe(415);
  });

  test('when Content-Type has parameters or capitals, then it is the same type', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/json;charset=UTF-8',
    ]) {
      const answer = await send(platform, 'POST', '/entregas', {
        headers: ['authorization', `Bearer ${as}`, 'content-type', type],
        body: JSON.stringify(someEntrega()),
      });
      expect([type, answer.status]).toEqual([type, 201]);
    }
  });

  const good = JSON.stringify(someEntrega());

  test.for(badDocuments(good))('when the body is %s, then it is 400', async ([, body]) => {
    const answer = await post(body);
    expect(answer.body).toEqual(
      problem(
        400,
        'solicitud-invalida',
        answer.body.detail as string,
        '/entregas',
        answer.body.errors ? { errors: [{ path: 'body', message: 'Falta el cuerpo JSON' }] } : {},
      ),
    );
    expect(answer.status).toBe(400);
  });

  test.for(BAD_UTF8)('when the body is not UTF-8 (%s), then it is 400', async ([, bytes]) => {
    const [before, after] = good.split('Calle 1');
    const body = Buffer.concat([Buffer.from(before!), Buffer.from(bytes), Buffer.from(after!)]);
    expect(detailOf(await post(body))).toEqual([400, 'El cuerpo no es UTF-8 válido']);
    expect((await post(Buffer.from(good, 'utf16le'))).status).toBe(400);
  });

  test('when a key comes twice, then the last one counts, for the checks as for the row', async () => {
    const twice = (first: string, second: string) =>
      `{"direccion":"Calle 1","pedido_id":"P","estado":${JSON.stringify(first)},"estado":${JSON.stringify(second)}}`;
    expect((await post(twice('EN_CAMINO', 'ENTREGADA'))).status).toBe(400);
    expect(await post(twice('ENTREGADA', 'EN_CAMINO'))).toMatchObject({
      status: 201,
      body: { estado: 'EN_CAMINO' },
    });
  });
});

describe('methods', () => {
  test('when a path does not have the method, then it is 405 and tells those it has', async () => {
    const paths = Map.groupBy(documented, ({ path }) => path());
    for (const [path, list] of paths) {
      const has = list.map(({ method }) => method);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
        if (has.includes(method)) continue;
        const answer = await send(platform, method, path, { headers: ['authorization', `Bearer ${admin}`] });
        expect([method, path, answer.status]).toEqual([method, path, 405]);
        const allow = String(answer.headers['allow']);
        expect(
          allow
            .split(', ')
            .filter((name) => name !== 'HEAD')
            .toSorted(),
        ).toEqual(has.toSorted());
        expect(answer.body).toEqual(
          problem(405, 'metodo-no-permitido', `${method} no está permitido; use ${allow}`, path),
        );
      }
    }
  });

  test('when another method is asked for by header, query or field, then it is ignored', async () => {
    const id = await createEntrega(platform, 7);
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const answer = await send(platform, 'POST', '/tareas/1', { headers: json(admin, name, 'DELETE') });
      expect([name, answer.status]).toEqual([name, 405]);
      const read = await send(platform, 'GET', `/entrega/${id}`, { headers: json(admin, name, 'POST') });
      expect(read.body).toMatchObject({ id, estado: 'EN_CAMINO' });
    }
    const query = await send(platform, 'POST', '/tareas/1?_method=DELETE', { headers: json(admin) });
    expect(query.status).toBe(405);
  });

  test('when HEAD is asked, then the answer is that of GET without its body', async () => {
    const answer = await send(platform, 'HEAD', '/entregas', { headers: json(as) });
    expect([answer.status, answer.body]).toEqual([200, '']);
  });

  test.for([
    '/',
    '/nada',
    '/entregas/1/nada',
    '/admin',
    '/.env',
    '/metrics/x',
    '//entregas',
    '/entregas/../../etc',
  ])('when there is no path %s, then it is 404', async (path) => {
    const answer = await send(platform, 'GET', path, { headers: json(admin) });
    expect(answer).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: { type: 'urn:medisupply:problem:ruta-no-encontrada', title: 'No encontrado', status: 404 },
    });
  });
});

describe('CORS', () => {
  const origins = [
    'https://evil.example',
    'null',
    `${APP_ORIGIN}.evil.example`,
    APP_ORIGIN.replace('https', 'http'),
    `${APP_ORIGIN}:8443`,
    'https://evil.example, https://app.medisupply.example',
    'file://',
    '*',
  ];

  test.for(origins)('when the origin is %s, then it is never reflected', async (origin) => {
    for (const path of ['/entregas', '/health', '/nada', '/openapi.json']) {
      const answer = await send(platform, 'GET', path, { headers: json(as, 'origin', origin) });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    const preflight = await send(platform, 'OPTIONS', '/entregas', {
      headers: ['origin', origin, 'access-control-request-method', 'POST'],
    });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('when it is the configured origin, then it is allowed by name, with the methods and headers there are', async () => {
    const answer = await send(platform, 'OPTIONS', '/entregas', {
      headers: [
        'origin',
        APP_ORIGIN,
        'access-control-request-method',
        'POST',
        'access-control-request-headers',
        'authorization,idempotency-key,i-api-key',
      ],
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': APP_ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,POST,PATCH,DELETE',
      vary: expect.stringContaining('Origin'),
    });
    // A service key has no business in a browser.
    expect(String(answer.headers['access-control-allow-headers']).toLowerCase()).not.toContain('i-api-key');
    const simple = await send(platform, 'GET', '/entregas', { headers: json(as, 'origin', APP_ORIGIN) });
    expect(simple.headers['access-control-allow-origin']).toBe(APP_ORIGIN);
  });
});

describe('headers of every answer', () => {
  test('when anything is answered, then the security headers are there and nothing names the software', async () => {
    const answers = await Promise.all([
      send(platform, 'GET', '/entregas', { headers: json(as) }),
      send(platform, 'GET', '/entregas'),
      send(platform, 'GET', '/nada'),
      send(platform, 'GET', '/health'),
      send(platform, 'GET', '/openapi.json'),
      post('{'),
    ]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['server']).toBeUndefined();
    }
  });

  test('when a restricted route answers, well or not, then no cache keeps it', async () => {
    const answers = [
      ...(await Promise.all(documented.map(({ method, path }) => send(platform, method, path())))),
      await send(platform, 'GET', '/entregas', { headers: json(as) }),
    ];
    for (const { headers } of answers) expect(headers['cache-control']).toBe('no-store');
  });

  test.for(['pedido-41', 'A.b_c:9-', 'x'.repeat(128)])(
    'when X-Request-Id is %s, then it is taken, returned and told in the problem',
    async (id) => {
      const answer = await send(platform, 'GET', '/entregas', { headers: ['x-request-id', id] });
      expect([answer.headers['x-request-id'], answer.body.request_id]).toEqual([id, id]);
    },
  );

  test.for(['', 'con espacio', 'x'.repeat(129), '<script>', 'a;b', '{"$gt":""}', "1' or '1'='1"])(
    'when X-Request-Id is %j, then another one is made',
    async (id) => {
      const answer = await send(platform, 'GET', '/entregas', { headers: ['x-request-id', id] });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.request_id).toBe(answer.headers['x-request-id']);
    },
  );

  test('when Host and X-Forwarded-* are lies, then no address in an answer is made of them', async () => {
    await createEntrega(platform, 7);
    await createEntrega(platform, 7);
    const lies = [
      'x-forwarded-host',
      'evil.example',
      'x-forwarded-proto',
      'https',
      'x-original-url',
      '/evil',
    ];
    for (const path of ['/entregas?limite=1', '/docs', '/nada', '/openapi.json']) {
      const answer = await send(platform, 'GET', path, {
        headers: json(as, 'host', 'evil.example', ...lies),
      });
      expect(JSON.stringify([answer.headers, answer.body])).not.toContain('evil');
    }
  });
});

describe('requests that two servers would read differently', () => {
  const target = () => new URL(platform.logistica.url);

  /** Everything that comes back for these bytes until the server closes. */
  function raw(bytes: string): Promise<string> {
    const { hostname, port } = target();
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  }

  test.for(SMUGGLED_REQUESTS)('when one has %s, then it is 400 and the connection ends', async ([, rest]) => {
    const answer = await raw(`POST /entregas HTTP/1.1\r\nHost: x\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});
