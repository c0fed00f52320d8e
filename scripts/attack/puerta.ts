/** The gateway: what it must not let in, must not pass on, and must not be talked into. */
import { SMUGGLED_REQUESTS } from '@medisupply/shared/testing/smuggled-requests';
import type { Case } from './suite.ts';
import { firstOf, NotTried, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'puerta';

/** What a body of /etc/passwd, or of a file of ours that is not published, would hold. */
const FILE_CONTENTS = /root:.*:0:0:|"private": true|BEGIN|password/;

const get = (target: Target, path: string, ...headers: string[]) =>
  target.wire.send({ method: 'GET', url: target.base + path, headers });

export const GATEWAY_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'una clave de servicio desde fuera no llega',
    run: async (target) => {
      const key = target.secret('operator/service_key');
      worked(
        await target.wire.send({
          method: 'GET',
          url: `${target.direct('logistica-inventario')}/tareas`,
          headers: ['i-api-key', key],
        }),
        200,
      );
      return firstOf(['i-api-key', 'I-API-KEY', 'i_api_key', 'I-Api-Key'], async (name) =>
        unless(await get(target, '/api/v1/logistica/tareas', name, key), [401], name),
      );
    },
  },
  {
    clase,
    nombre: 'las métricas, escritas de todas las maneras',
    run: (target) => {
      const headers = ['i-api-key', target.secret('operator/service_key')];
      return firstOf(['logistica', 'autorizador', 'monitor'], (service) =>
        firstOf(
          [
            'metrics',
            'metrics/',
            '%6Detrics',
            'METRICS',
            '/metrics',
            './metrics',
            'x/../metrics',
            'metrics?a=1',
            'metrics;x',
            'metrics%2f',
            '%2fmetrics',
            'metrics%00',
            'metrics#',
          ],
          async (path) =>
            unless(
              await get(target, `/api/v1/${service}/${path}`, ...headers),
              [400, 401, 404],
              `${service}/${path}`,
            ),
        ),
      );
    },
  },
  ...SMUGGLED_REQUESTS.map(([name, rest]): Case => ({
    clase,
    nombre: `dos lecturas: ${name}`,
    async run(target) {
      const answer = await target.wire.raw(
        target.base,
        `POST /api/v1/logistica/entregas HTTP/1.1\r\nHost: x\r\n${rest}`,
        5_000,
      );
      const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status);
      return statuses.length === 1 && statuses[0]!.startsWith('4')
        ? undefined
        : `respuestas: ${statuses.join(', ')}`;
    },
  })),
  {
    clase,
    nombre: 'la dirección de otro servidor en la línea de la solicitud',
    async run(target) {
      const { port } = new URL(target.direct('logistica-inventario'));
      const answer = await target.wire.raw(
        target.base,
        `GET http://127.0.0.1:${port}/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      return answer.startsWith('HTTP/1.1 4') ? undefined : answer.slice(0, 200);
    },
  },
  {
    clase,
    nombre: 'métodos que nadie usa',
    run: (target) =>
      firstOf(['TRACE', 'CONNECT', 'PROPFIND', 'TRACK', 'DEBUG'], async (method) => {
        const answer = await target.wire.raw(
          target.base,
          `${method} /api/v1/logistica/entregas HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
          5_000,
        );
        return /^HTTP\/1\.1 (4|501)/.test(answer) || answer === '' ? undefined : answer.slice(0, 200);
      }),
  },
  {
    clase,
    nombre: 'archivos que no se publican',
    run: (target) =>
      firstOf(
        [
          '/../../package.json',
          '/..%2f..%2fpackage.json',
          '/%2e%2e/%2e%2e/package.json',
          '/..%5c..%5cpackage.json',
          '/....//....//etc/passwd',
          '/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd',
          '//etc/passwd',
          '/.env',
          '/.git/config',
          '/.data/secrets/admin_contrasena',
          '/api/v1/logistica/..%2f..%2f..%2fetc%2fpasswd',
          '/api/v1/logistica/docs/..%2f..%2f..%2fpackage.json',
          '/api/v1/logistica/docs/%2e%2e/%2e%2e/package.json',
        ],
        async (path) => {
          const answer = await get(target, path);
          return answer.status < 400 && FILE_CONTENTS.test(answer.text)
            ? `${path}: ${answer.text.slice(0, 80)}`
            : undefined;
        },
      ),
  },
  {
    clase,
    nombre: 'de un servicio a otro por la ruta',
    run: (target) =>
      firstOf(
        [
          '/api/v1/logistica/../../../health',
          '/api/v1/monitor/..%2fmetrics',
          '/api/v1/monitor/%2e%2e/metrics',
          '/api/v1/logistica@127.0.0.1/tareas',
          '/api/v1/logistica/http://127.0.0.1:1/tareas',
          '/api/v1/%6cogistica/tareas',
          '/api/v1//logistica/tareas',
          '/api/v1/logistica\\tareas',
        ],
        async (path) => unless(await get(target, path), [400, 401, 404], path),
      ),
  },
  {
    clase,
    nombre: 'Host y X-Forwarded-* mentirosos en una dirección de la respuesta',
    run: (target) => {
      const lies = [
        'x-forwarded-host',
        'evil.example',
        'x-forwarded-proto',
        'https',
        'x-original-url',
        '/evil',
        'forwarded',
        'host=evil.example',
      ];
      return firstOf(
        ['/api/v1/logistica/entregas?limite=1', '/api/v1/logistica/docs', '/api/v1/nada'],
        async (path) => {
          const answer = await get(target, path, 'authorization', `Bearer ${target.ana.token}`, ...lies);
          return JSON.stringify([answer.headers, answer.text]).includes('evil')
            ? `${path}: ${answer.text.slice(0, 120)}`
            : undefined;
        },
      );
    },
  },
  {
    clase,
    nombre: 'una redirección que sale de aquí',
    run: (target) =>
      firstOf(
        [
          '//evil.example/docs',
          '/\\evil.example/docs',
          '/%5Cevil.example/docs',
          '/api/v1/logistica//evil.example/docs',
          '/api/v1/logistica/%5Cevil.example/docs',
          '/login?volver=/\\evil.example',
          '/%09//evil.example',
        ],
        async (path) => {
          const { headers } = await get(target, path);
          return /^(\/[/\\]|https?:)/i.test(headers.location ?? '')
            ? `${path} → ${headers.location}`
            : undefined;
        },
      ),
  },
  {
    clase,
    nombre: 'un origen que nadie ha configurado',
    run: (target) =>
      firstOf(
        ['https://evil.example', 'null', 'http://localhost:4200.evil.example', 'file://', '*'],
        async (origin) => {
          const simple = await get(
            target,
            '/api/v1/logistica/entregas',
            'authorization',
            `Bearer ${target.ana.token}`,
            'origin',
            origin,
          );
          const preflight = await target.wire.send({
            method: 'OPTIONS',
            url: `${target.base}/api/v1/logistica/entregas`,
            headers: ['origin', origin, 'access-control-request-method', 'POST'],
          });
          const allowed = [simple, preflight].find(
            ({ headers }) => headers['access-control-allow-origin'] !== undefined,
          );
          return allowed
            ? `se admite ${origin}: ${allowed.headers['access-control-allow-origin']}`
            : undefined;
        },
      ),
  },
  {
    clase,
    nombre: 'sin las cabeceras que protegen a un navegador',
    run: (target) =>
      firstOf(['/', '/api/v1/logistica/entregas', '/api/v1/nada'], async (path) => {
        const { headers } = await get(target, path, 'accept', 'text/html');
        const missing = [
          'content-security-policy',
          'x-content-type-options',
          'x-frame-options',
          'referrer-policy',
        ].filter((name) => headers[name] === undefined);
        if (headers['x-powered-by'] ?? headers.server) return `${path} nombra su programa`;
        return missing.length > 0 ? `${path}: falta ${missing.join(', ')}` : undefined;
      }),
  },
  {
    clase,
    nombre: 'la cookie de sesión, desde otra página',
    async run(target) {
      const { nombre, contrasena } = target.ana;
      const sameOrigin = ['origin', target.base, 'sec-fetch-site', 'same-origin'];
      const login = worked(
        await target.call('POST', '/autorizador/login', {
          body: { nombre, contrasena },
          headers: sameOrigin,
        }),
        200,
      );
      const cookie = login.headers['set-cookie']?.[0];
      if (cookie === undefined) throw new NotTried('el inicio de sesión no dio cookie');
      if (!/HttpOnly/i.test(cookie) || !/SameSite=Strict/i.test(cookie))
        return `la cookie es ${cookie.split(';').slice(1).join(';')}`;
      return firstOf(['https://evil.example', 'null'], async (origin) =>
        unless(
          await target.call('POST', '/autorizador/token/refresh', {
            headers: ['cookie', cookie.split(';')[0]!, 'origin', origin, 'sec-fetch-site', 'cross-site'],
          }),
          [401, 403],
          origin,
        ),
      );
    },
  },
];
