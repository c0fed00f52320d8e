import type { Server, ServerResponse } from 'node:http';
import { request as httpRequest } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unavailable } from '@medisupply/shared/http/app-error';
import { VERSION } from '@medisupply/shared/version';
import { GATEWAYS, useGateways } from './gateways.ts';
import type { Gateway } from './start-nginx.ts';
import type { Upstream } from './upstream.ts';
import { listenOnFreePort, startUpstream, stop } from './upstream.ts';

const start = useGateways();
let logistica: Upstream;
let monitor: Upstream;
let autorizador: Upstream;
const extra: Server[] = [];

beforeAll(async () => {
  [logistica, monitor, autorizador] = await Promise.all([startUpstream(), startUpstream(), startUpstream()]);
});

beforeEach(() => {
  for (const upstream of [logistica, monitor, autorizador]) upstream.seen.length = 0;
});

afterAll(async () => {
  for (const server of [logistica.server, monitor.server, autorizador.server, ...extra]) await stop(server);
});

const raw = (bytes: string, port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    readAll(socket).then(resolve, reject);
  });

const typeOf = async (answer: Response) =>
  ((await answer.json()) as { type: string }).type.replace('urn:medisupply:problem:', '');

describe.each(GATEWAYS)('%s', (kind) => {
  let door: Gateway;

  beforeAll(async () => {
    door = await start(kind, {
      LOGISTICA_URL: logistica.url,
      MONITOR_URL: monitor.url,
      AUTORIZADOR_URL: autorizador.url,
      CORS_ORIGINS: 'https://panel.example',
    });
  });

  describe('routes', () => {
    test.each([
      ['/api/v1/logistica/entregas?limite=5', () => logistica, '/entregas?limite=5'],
      ['/api/v1/logistica', () => logistica, '/'],
      ['/api/v1/autorizador/.well-known/jwks.json', () => autorizador, '/.well-known/jwks.json'],
      ['/api/v1/monitor/status', () => monitor, '/monitor/status'],
      ['/api/v1/monitor/healthy', () => monitor, '/monitor/healthy'],
      ['/api/v1/monitor/health', () => monitor, '/health'],
      ['/api/v1/monitor/livez', () => monitor, '/livez'],
      ['/api/v1/monitor/readyz?x=1', () => monitor, '/readyz?x=1'],
      ['/api/v1/monitor/openapi.json', () => monitor, '/openapi.json'],
      ['/api/v1/monitor/docs/swagger-ui.css', () => monitor, '/docs/swagger-ui.css'],
    ])('when %s is asked, then its service gets the rewritten path', async (path, upstream, expected) => {
      const answer = await fetch(door.url + path);
      expect([answer.status, await answer.json()]).toEqual([200, { url: expected }]);
      expect(upstream().seen.map((seen) => seen.url)).toEqual([expected]);
    });

    test('when a body is posted, then method, body, query and request id arrive unchanged', async () => {
      const answer = await fetch(`${door.url}/api/v1/logistica/entregas?a=1`, {
        method: 'POST',
        body: '{"direccion":"Cra 7 # 1-23, Bogotá"}',
        headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'x-request-id': 'abc-123' },
      });
      expect(answer.headers.get('x-request-id')).toBe('abc-123');
      expect(logistica.seen).toMatchObject([
        {
          method: 'POST',
          url: '/entregas?a=1',
          body: '{"direccion":"Cra 7 # 1-23, Bogotá"}',
          headers: {
            'content-type': 'application/json',
            authorization: 'Bearer x',
            'x-request-id': 'abc-123',
          },
        },
      ]);
    });

    test('when no request id is given, then one is made, passed on and returned', async () => {
      const answer = await fetch(`${door.url}/api/v1/logistica/x`);
      const id = answer.headers.get('x-request-id');
      expect(id).toMatch(/^[0-9a-f-]{32,36}$/);
      expect(logistica.seen[0]?.headers['x-request-id']).toBe(id);
    });

    test.each([
      '/api',
      '/api/',
      '/api/v1',
      '/api/v1/-/x',
      '/api/v1/logisticaX',
      '/api/v2/logistica/entregas',
    ])('when %s is asked, then 404 names the services', async (path) => {
      const answer = await fetch(door.url + path);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({
        status: 404,
        type: 'urn:medisupply:problem:ruta-no-encontrada',
        instance: path,
        detail: expect.stringContaining('/api/v1/autorizador, /api/v1/logistica, /api/v1/monitor'),
        servicios: expect.arrayContaining(['/api/v1/autorizador', '/api/v1/logistica', '/api/v1/monitor']),
        request_id: expect.any(String),
      });
    });

    test.each(['metrics', 'metrics/', '%6Detrics', 'METRICS', '/metrics'])(
      'when /%s of a service is asked, then it is not routed',
      async (path) => {
        for (const name of ['logistica', 'autorizador', 'monitor']) {
          const answer = await fetch(`${door.url}/api/v1/${name}/${path}`, {
            headers: { 'i-api-key': 'metrics.x' },
          });
          expect([answer.status, await typeOf(answer)]).toEqual([404, 'ruta-no-encontrada']);
        }
        expect([...logistica.seen, ...autorizador.seen, ...monitor.seen]).toEqual([]);
      },
    );

    test('when /health is asked, then the gateway answers for itself and tells what the services say', async () => {
      const answer = await fetch(`${door.url}/health`);
      expect(await answer.json()).toEqual({
        status: 'healthy',
        service: 'gateway',
        version: VERSION,
        timestamp: expect.stringMatching(/Z$/),
        gateway: 'healthy',
        services: {
          autorizador: { url: '/health' },
          logistica: { url: '/health' },
          monitor: { url: '/health' },
        },
      });
    });
  });

  describe('what clients cannot send', () => {
    test.each([{}, { expect: '100-continue' }])(
      'when trusted headers come from outside (%o), then the service does not see them',
      async (more) => {
        await new Promise<void>((resolve, reject) => {
          const request = httpRequest(
            `${door.url}/api/v1/logistica/tareas`,
            {
              method: 'POST',
              headers: {
                'i-api-key': 'operator.secreto',
                'x-forwarded-for': '10.9.8.7',
                'x-forwarded-proto': 'https',
                'x-forwarded-host': 'evil.example',
                'x-real-ip': '10.9.8.7',
                forwarded: 'for=10.9.8.7',
                connection: 'close, authorization',
                'content-length': '2',
                ...more,
              },
            },
            (response) => response.resume().on('end', resolve),
          );
          request.on('error', reject).end('{}');
        });
        const headers = logistica.seen[0]?.headers ?? {};
        expect(headers).toMatchObject({
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-proto': 'http',
          'x-forwarded-host': `127.0.0.1:${door.port}`,
        });
        expect(headers.connection ?? 'keep-alive').toBe('keep-alive');
        expect([headers['i-api-key'], headers['x-real-ip'], headers['forwarded']]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      },
    );

    test.each([
      ['TRACE /api/v1/logistica/x HTTP/1.1', 405, 'metodo-no-permitido'],
      ['GET /api/v1/logistica/%E0%A4%A HTTP/1.1', 400, 'solicitud-invalida'],
    ])('when the request line is %s, then %i', async (line, status, type) => {
      const answer = await raw(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`, door.port);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain(`"type":"urn:medisupply:problem:${type}"`);
      expect(logistica.seen).toEqual([]);
    });

    test.each([
      ['both lengths', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
      ['a folded header', 'X-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n'],
    ])('when a request smuggles with %s, then 400', async (_name, rest) => {
      const answer = await raw(`POST /api/v1/logistica/x HTTP/1.1\r\nHost: x\r\n${rest}`, door.port);
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(logistica.seen).toEqual([]);
    });

    test('when the request line has another host, then nothing is asked of it', async () => {
      const answer = await raw(
        'GET http://127.0.0.1:1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        door.port,
      );
      // Nginx takes the path of it and has no such file.
      expect(answer).toMatch(kind === 'Nginx' ? /^HTTP\/1.1 404 / : /^HTTP\/1.1 400 /);
    });

    test('when a header ends with a bare line feed, then no second request comes of it', async () => {
      const answer = await raw(
        'GET /api/v1/logistica/x HTTP/1.1\r\nHost: x\r\nX-A: 1\nX-B: 2\r\nConnection: close\r\n\r\n',
        door.port,
      );
      // Nginx reads it as the end of a line and writes the request anew.
      expect(answer).toMatch(kind === 'Nginx' ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 400 /);
      expect(logistica.seen.map(({ url }) => url)).toEqual(kind === 'Nginx' ? ['/x'] : []);
    });

    test('when headers are larger than 16 KB, then 431 is a problem document like any other', async () => {
      const answer = await fetch(`${door.url}/api/v1/logistica/x`, {
        headers: { 'x-grande': 'x'.repeat(20_000) },
      });
      expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
        431,
        'application/problem+json; charset=utf-8',
        expect.objectContaining({
          status: 431,
          type: 'urn:medisupply:problem:cabeceras-demasiado-grandes',
          title: 'Cabeceras demasiado grandes',
          instance: expect.stringMatching(/^\//),
        }),
      ]);
      expect(logistica.seen).toEqual([]);
    });

    test('when a request cannot be read, then 400 is a problem document as well', async () => {
      const answer = await raw(
        'GET /api/v1/logistica/x HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
        door.port,
      );
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain('"type":"urn:medisupply:problem:solicitud-invalida"');
    });

    test('when a body of more than 256 KiB is announced, then 413 reaches the client and the service sees nothing', async () => {
      const answer = await fetch(`${door.url}/api/v1/logistica/entregas`, {
        method: 'POST',
        body: 'x'.repeat(10_000_000),
      });
      expect([answer.status, await answer.json()]).toEqual([
        413,
        expect.objectContaining({
          status: 413,
          type: 'urn:medisupply:problem:cuerpo-demasiado-grande',
          detail: 'El cuerpo supera el máximo de 256 KiB',
        }),
      ]);
      expect(logistica.seen).toEqual([]);
    });

    test('when a body has exactly 256 KiB, then it passes', async () => {
      const body = 'x'.repeat(256 * 1024);
      const answer = await fetch(`${door.url}/api/v1/logistica/entregas`, { method: 'POST', body });
      expect([answer.status, logistica.seen[0]?.body.length]).toEqual([200, body.length]);
    });

    test('when it is a photo of a delivery, then 320 KiB pass, and no more', async () => {
      const sendTo = (path: string, size: number) =>
        fetch(`${door.url}/api/v1/logistica${path}`, { method: 'POST', body: 'x'.repeat(size) });
      const answer = await sendTo('/entrega/7/foto', 320 * 1024);
      expect([answer.status, logistica.seen[0]?.body.length]).toEqual([200, 320 * 1024]);
      const refused = await sendTo('/entrega/7/foto', 320 * 1024 + 1);
      expect([refused.status, await refused.json()]).toEqual([
        413,
        expect.objectContaining({ detail: 'El cuerpo supera el máximo de 320 KiB' }),
      ]);
      for (const path of ['/entrega/7/confirmar', '/entregas/7/foto', '/entrega/7/foto/x'])
        expect([path, (await sendTo(path, 256 * 1024 + 1)).status]).toEqual([path, 413]);
      expect(logistica.seen).toHaveLength(1);
    });

    test('when one client sends more than the burst, then 429 with Retry-After, and later it passes again', async () => {
      const limited = await start(kind, {
        LOGISTICA_URL: logistica.url,
        GATEWAY_RATE: '20',
        GATEWAY_BURST: '5',
      });
      const statuses: number[] = [];
      for (let n = 0; n < 6; n += 1) statuses.push((await fetch(`${limited.url}/api/v1/logistica/x`)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
      const refused = await fetch(`${limited.url}/api/v1/logistica/x`);
      expect([
        refused.status,
        refused.headers.get('retry-after'),
        refused.headers.get('content-type'),
      ]).toEqual([429, '1', 'application/problem+json; charset=utf-8']);
      expect(await typeOf(refused)).toBe('demasiadas-solicitudes');
      await expect.poll(async () => (await fetch(`${limited.url}/api/v1/logistica/x`)).status).toBe(200);
    });
  });

  describe('cross-origin', () => {
    test('when the origin is configured, then it may send credentials', async () => {
      const answer = await fetch(`${door.url}/api/v1/logistica/x`, {
        headers: { origin: 'https://panel.example' },
      });
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://panel.example');
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    });

    test.each(['https://evil.example', 'null', 'https://panel.example.evil.example'])(
      'when the origin is %s, then nothing is allowed, whatever the service says',
      async (origin) => {
        const generous = await startUpstream((_request, response) => {
          response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Vary', 'Accept').end('{}');
        });
        const other = await start(kind, {
          LOGISTICA_URL: generous.url,
          CORS_ORIGINS: 'https://panel.example',
        });
        extra.push(generous.server);
        const answer = await fetch(`${other.url}/api/v1/logistica/x`, { headers: { origin } });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('vary')?.split(', ').toSorted()).toEqual(['Accept', 'Origin']);
      },
    );
  });

  describe('services that fail', () => {
    test('when the service is down, then 503 problem+json with Retry-After', async () => {
      const gone = await startUpstream();
      await stop(gone.server);
      const other = await start(kind, { LOGISTICA_URL: gone.url });
      const answer = await fetch(`${other.url}/api/v1/logistica/entregas`, { method: 'POST', body: '{}' });
      expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
        503,
        '1',
        expect.objectContaining({
          status: 503,
          // As the services' own: a client need not know who was away.
          type: `urn:medisupply:problem:${unavailable('').code}`,
          detail: 'El servicio logistica no responde; inténtelo de nuevo',
        }),
      ]);
    });

    test('when the service breaks off its answer, then the client sees a broken answer, not a complete one', async () => {
      const broken = await startUpstream((_request, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('medio');
        setImmediate(() => response.destroy());
      });
      const other = await start(kind, { LOGISTICA_URL: broken.url });
      extra.push(broken.server);
      await expect(fetch(`${other.url}/api/v1/logistica/x`).then((answer) => answer.text())).rejects.toThrow(
        'terminated',
      );
      expect((await fetch(`${other.url}/health`)).status).toBe(200);
    });

    test('when the service answers nonsense, then 503', async () => {
      const server = createNetServer((socket) => socket.end('esto no es HTTP\r\n\r\n'));
      const port = await listenOnFreePort(server);
      const other = await start(kind, { LOGISTICA_URL: `http://127.0.0.1:${port}` });
      // Nginx takes it for an answer of HTTP 0.9 and passes that on; a client takes it for none.
      const status = await fetch(`${other.url}/api/v1/logistica/x`).then(
        (answer) => answer.status,
        () => 503,
      );
      expect(status).toBe(503);
      server.close();
    });
  });

  describe('compression', () => {
    const LONG = JSON.stringify({
      entregas: Array.from({ length: 200 }, (_, id) => ({ id, estado: 'EN_RUTA' })),
    });
    const encodingOf = async (path: string, accepted: string, init: RequestInit = {}) => {
      const headers = { 'accept-encoding': accepted };
      const answer = await fetch(compressing.url + path, { ...init, headers });
      expect(await answer.text()).toBe(LONG);
      return [answer.headers.get('content-encoding'), answer.headers.get('vary') ?? ''] as const;
    };
    let compressing: Gateway;

    beforeAll(async () => {
      const talkative = await startUpstream((request, response) => {
        request.resume();
        response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(LONG);
      });
      extra.push(talkative.server);
      const url = talkative.url;
      compressing = await start(kind, { LOGISTICA_URL: url, MONITOR_URL: url, AUTORIZADOR_URL: url });
    });

    test('when a client takes it, then a long answer is compressed, by the door with Brotli', async () => {
      const [best, vary] = await encodingOf('/api/v1/logistica/entregas', 'gzip, deflate, br');
      expect([best, vary]).toEqual([
        kind === 'Nginx' ? 'gzip' : 'br',
        expect.stringContaining('Accept-Encoding'),
      ]);
      expect((await encodingOf('/api/v1/monitor/status', 'gzip'))[0]).toBe('gzip');
      expect((await encodingOf('/api/v1/logistica/entregas', 'identity'))[0]).toBeNull();
    });

    test.each(['login', 'token/refresh', 'sign-data', 'usuarios', ''])(
      'when autorizador answers at /%s, then it is not compressed: its length would tell of what is secret in it',
      async (path) => {
        for (const init of [{}, { method: 'POST', body: '{}' }]) {
          const [encoding] = await encodingOf(`/api/v1/autorizador/${path}`, 'gzip, br', init);
          expect(encoding).toBeNull();
        }
      },
    );

    test('when an answer is short, or a stream of events, then it is not compressed', async () => {
      const headers = { 'accept-encoding': 'gzip, br' };
      const short = await fetch(`${door.url}/api/v1/logistica/entregas`, { headers });
      expect(short.headers.get('content-encoding')).toBeNull();
      const source = await startUpstream((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`data: ${LONG}\n\n`);
      });
      extra.push(source.server);
      const other = await start(kind, { MONITOR_URL: source.url });
      const stream = await fetch(`${other.url}/api/v1/monitor/eventos`, { headers });
      expect([stream.headers.get('content-encoding'), await stream.text()]).toEqual([
        null,
        `data: ${LONG}\n\n`,
      ]);
    });
  });

  describe('event streams', () => {
    test('when a stream opens, then its headers come before the first event and each event as it is sent', async () => {
      const clients: ServerResponse[] = [];
      const source = await startUpstream((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
        response.flushHeaders();
        clients.push(response);
      });
      const other = await start(kind, { MONITOR_URL: source.url });
      extra.push(source.server);
      const aborter = new AbortController();
      const answer = await fetch(`${other.url}/api/v1/monitor/eventos`, { signal: aborter.signal });
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      clients[0]?.write('id: 1\ndata: uno\n\n');
      expect(await reader?.read()).toEqual({ done: false, value: 'id: 1\ndata: uno\n\n' });
      clients[0]?.write('id: 2\ndata: dos\n\n');
      expect(await reader?.read()).toEqual({ done: false, value: 'id: 2\ndata: dos\n\n' });
      aborter.abort();
      await expect.poll(() => clients[0]?.closed).toBe(true);
    });
  });

  describe('pages', () => {
    test('when / is opened, then the page comes with a strict policy and security headers', async () => {
      const answer = await fetch(door.url);
      expect(await answer.text()).toContain('MediSupply');
      expect(answer.headers.get('content-security-policy')).toContain(
        "default-src 'self';base-uri 'self';form-action 'self';frame-ancestors 'none';img-src 'self' data:;object-src 'none'",
      );
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-powered-by')).toBeNull();
    });

    test('when the address of a page is opened, then the application comes', async () => {
      const answer = await fetch(`${door.url}/entregas/12`, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    });

    test.each([
      ['/no-existe.js', 'text/html'],
      ['/entregas/12', 'application/json'],
      ['/../../package.json', 'text/html'],
      ['/%2e%2e/%2e%2e/package.json', 'text/html'],
      ['/.env', 'text/html'],
    ])('when %s is asked as %s, then nothing comes', async (path, accept) => {
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
        door.port,
      );
      expect(answer).toMatch(/^HTTP\/1.1 40[034] /);
      expect(answer).not.toContain('"workspaces"');
    });

    test('when a file is not there, then the problem is the same as for an address of the API', async () => {
      const answer = await fetch(`${door.url}/no-existe.js`);
      expect([answer.status, await typeOf(answer)]).toEqual([404, 'ruta-no-encontrada']);
    });
  });
});
