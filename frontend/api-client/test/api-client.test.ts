import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve } from '../../../tests/support/platform.ts';
import { startMonitor } from '../../../tests/monitor/support.ts';
import type { Platform, Served } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import express from 'express';
import { ApiError, createApiClient } from '../src/api-client.ts';

let platform: Platform;
let gateway: Served;
let as: string | undefined;

/** What each operation takes, as it is written; types are gone at run time. */
const source = readFileSync(join(import.meta.dirname, '../src/operations.ts'), 'utf8');
const operationsOf = (name: string) => {
  const block = new RegExp(String.raw`interface ${name}Operations \{([\s\S]*?)\n\}`).exec(source)?.[1] ?? '';
  return Object.fromEntries(
    block.split(/^ {2}(?=')/m).flatMap((operation) => {
      const [, key, parts = ''] = /^'([A-Z]+ [^']+)': ([\s\S]*)/.exec(operation) ?? [];
      return key === undefined
        ? []
        : [
            [
              key,
              ['params', 'query', 'body'].filter((part) =>
                new RegExp(String.raw`\b${part}\??: `).test(parts),
              ),
            ],
          ];
    }),
  );
};

beforeAll(async () => {
  platform = await startPlatform({ autorizador: true });
  // The gateway's two routes, and nothing else of it.
  const app = express();
  app.use('/api/v1/logistica', (request, response) =>
    response.redirect(307, platform.logistica.url + request.url),
  );
  app.use('/api/v1/autorizador', (request, response) =>
    response.redirect(307, platform.autorizador!.url + request.url),
  );
  gateway = await serve(app);
});

afterAll(async () => {
  await gateway.close();
  await platform.close();
});

interface Documented {
  parameters?: { in: string }[];
  requestBody?: object;
  responses: Record<string, { content?: object }>;
}

/** The same of the routes, but for streams of events, which are no calls. */
const routesOf = async (url: string, base = '') => {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Documented>>;
  };
  return Object.fromEntries(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { responses }]) => !('text/event-stream' in (responses[200]?.content ?? {})))
        .map(([method, { parameters = [], requestBody }]) => {
          const takes = (where: string) => parameters.some((parameter) => parameter.in === where);
          return [
            `${method.toUpperCase()} ${path.replace(base, '').replaceAll(/\{(\w+)\}/g, ':$1')}`,
            [
              ...(takes('path') ? ['params'] : []),
              ...(takes('query') ? ['query'] : []),
              ...(requestBody ? ['body'] : []),
            ],
          ];
        }),
    ),
  );
};

test('when the services change their routes, then the client has the same ones', async () => {
  expect(operationsOf('Logistica')).toEqual(await routesOf(platform.logistica.url));
  expect(operationsOf('Autorizador')).toEqual(await routesOf(platform.autorizador!.url));
  const monitor = await startMonitor(platform);
  expect(operationsOf('Monitor')).toEqual(await routesOf(monitor.url, '/monitor'));
  await monitor.close();
});

test('when it is used for the main job, then parameters, pages and answers are where they belong', async () => {
  const api = createApiClient({ base: gateway.url, token: () => as });
  const nombre = 'cliente tipado';
  const { data: account } = await api.call('autorizador', 'POST /signup', {
    body: { nombre, contrasena: 'una clave muy larga' },
  });
  as = account.token;
  // A redirect to another origin drops the token: here it is sent to the service itself.
  const direct = createApiClient({
    base: '',
    token: () => as,
    fetch: (url, init) =>
      fetch(typeof url === 'string' ? url.replace('/api/v1/logistica', platform.logistica.url) : url, init),
  });
  for (const pedido_id of ['A', 'B', 'C']) {
    await direct.call('logistica', 'POST /entregas', {
      body: { direccion: 'Calle 1', estado: 'NUEVA', pedido_id },
    });
  }
  const first = await direct.call('logistica', 'GET /entregas', { query: { limite: 2 } });
  expect(first.data.map((entrega) => entrega.pedido_id)).toEqual(['C', 'B']);
  const second = await direct.call('logistica', 'GET /entregas', {
    query: { limite: 2, cursor: first.next! },
  });
  expect(second.data.map((entrega) => entrega.pedido_id)).toEqual(['A']);
  expect(second.next).toBeUndefined();
  const one = await direct.call('logistica', 'GET /entrega/:id', { params: { id: second.data[0]!.id } });
  expect(one.data).toMatchObject({ direccion: 'Calle 1', pedido_id: 'A' });
});

test('when a call is refused, then the error carries the problem; when nobody answers, then status 0', async () => {
  const api = createApiClient({ base: gateway.url });
  const refused = await api
    .call('autorizador', 'POST /login', { body: { nombre: 'nadie', contrasena: 'no es esta' } })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect(refused).toMatchObject({
    status: 401,
    message: 'Nombre de usuario o contraseña incorrectos',
    problem: { status: 401 },
  });
  const away = createApiClient({ base: 'http://127.0.0.1:9' });
  await expect(away.call('monitor', 'GET /status')).rejects.toMatchObject({
    status: 0,
    message: 'El servicio no responde',
  });
});
