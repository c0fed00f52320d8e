import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { buildApp } from '../src/app.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, signedBody, send } from './support.ts';

type Json = Record<string, unknown>;

interface OperationObject {
  summary: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json; example?: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
}

let platform: Platform;
let document: {
  openapi: string;
  info: Json;
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Json; securitySchemes: Json };
};

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
  document = (await call(platform, 'GET', '/openapi.json')).body;
});

afterAll(() => platform.close());

const documentedRoutes = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** What every service has beside its own routes; `createApp` describes these, not the document. */
const OF_EVERY_SERVICE = new Set(['get /health', 'get /livez', 'get /readyz', 'get /metrics']);
/** A layer with more methods than this is the one that answers 405. */
const MAX_METHODS = 5;

/** What Express itself would answer, read from its router. */
function mountedRoutes(app: Express): string[] {
  return app.router.stack.flatMap(({ route }) => {
    const methods = new Set(route?.stack.map((layer) => layer.method));
    return route && methods.size <= MAX_METHODS
      ? [...methods].map((method) => `${method} ${route.path}`)
      : [];
  });
}

test('when the document is compared with the router, then it has every route and nothing else', () => {
  const documented = documentedRoutes().map(
    ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  );
  const mounted = mountedRoutes(buildApp(platform.logistica.container));
  expect(documented.toSorted()).toEqual(mounted.filter((route) => !OF_EVERY_SERVICE.has(route)).toSorted());
  expect(new Set(documented).size).toBe(documented.length);
});

test('when the contract is compared with the document, then every call of it is there, for whom it says', () => {
  const access = (path: string, method: string) =>
    document.paths[path]?.[method]?.security.flatMap((scheme) => Object.keys(scheme)).join('+');
  expect({
    'POST /entregas': access('/entregas', 'post'),
    'GET /entregas': access('/entregas', 'get'),
    'GET /entrega/:id': access('/entrega/{id}', 'get'),
    'POST /entrega/:id/confirmar': access('/entrega/{id}/confirmar', 'post'),
    'POST /entregas/:id/cancelar': access('/entregas/{id}/cancelar', 'post'),
    'GET /tareas': access('/tareas', 'get'),
    'POST /tareas': access('/tareas', 'post'),
    'GET /tareas/:task_id': access('/tareas/{task_id}', 'get'),
    'GET /tarea/:task_id': access('/tarea/{task_id}', 'get'),
    'DELETE /tareas/:task_id': access('/tareas/{task_id}', 'delete'),
    'POST /tareas/:task_id/reintentar': access('/tareas/{task_id}/reintentar', 'post'),
  }).toEqual({
    'POST /entregas': 'bearer+serviceKey',
    'GET /entregas': 'bearer',
    'GET /entrega/:id': 'bearer',
    'POST /entrega/:id/confirmar': 'bearer',
    'POST /entregas/:id/cancelar': 'bearer',
    'GET /tareas': 'bearer+serviceKey',
    'POST /tareas': 'bearer+serviceKey',
    'GET /tareas/:task_id': 'bearer+serviceKey',
    'GET /tarea/:task_id': 'bearer+serviceKey',
    'DELETE /tareas/:task_id': 'bearer',
    'POST /tareas/:task_id/reintentar': 'bearer',
  });
});

/** What an operation lacks of the shape of OpenAPI 3.1. */
function shapeFaults(path: string, method: string, operation: OperationObject): string[] {
  const { parameters = [], responses, security, summary } = operation;
  const schemes = Object.keys(document.components.securitySchemes);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
  const statuses = Object.keys(responses);
  const checks = {
    'a path of letters and parameters': /^\/[\w/{}.-]*$/.test(path),
    'a method': ['get', 'post', 'put', 'patch', 'delete'].includes(method),
    'a summary': summary.length > 3,
    'known security schemes': security.flatMap(Object.keys).every((name) => schemes.includes(name)),
    'each path parameter, required': inPath.every((name) =>
      parameters.some(
        (parameter) => parameter.in === 'path' && parameter.name === name && parameter.required,
      ),
    ),
    'no other path parameter':
      parameters.filter(({ in: place }) => place === 'path').length === inPath.length,
    'parameters in known places': parameters.every(({ in: place }) =>
      ['path', 'query', 'header'].includes(place),
    ),
    'parameters once': new Set(names).size === names.length,
    'a success': statuses.some((status) => /^2\d\d$/.test(status)),
    'the error': statuses.includes('default'),
    'a description of each answer': Object.values(responses).every(
      ({ description }) => description.length > 0,
    ),
  };
  return Object.entries(checks).flatMap(([name, ok]) => (ok ? [] : [`${method} ${path}: not ${name}`]));
}

test('when the document is read, then it has the shape of OpenAPI 3.1', () => {
  expect(document).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\.\d+$/),
    info: {
      title: 'logistica-inventario',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      description: expect.any(String),
    },
    paths: expect.any(Object),
    components: expect.any(Object),
  });
  expect(
    documentedRoutes().flatMap(({ path, method, operation }) => shapeFaults(path, method, operation)),
  ).toEqual([]);
});

describe('schemas', () => {
  const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
  const BOUNDS = [
    ['minLength', 'maxLength'],
    ['minimum', 'maximum'],
    ['exclusiveMinimum', 'exclusiveMaximum'],
    ['minItems', 'maxItems'],
    ['minProperties', 'maxProperties'],
  ] as const;

  const isOf = (type: string, value: unknown): boolean => {
    if (type === 'null') return value === null;
    if (type === 'array') return Array.isArray(value);
    return type === 'integer' ? Number.isInteger(value) : value !== null && typeof value === type;
  };

  /** `type` may be one, several, or none. */
  const typesOf = (type: unknown): string[] => (type === undefined ? [] : ([type].flat() as string[]));
  const fits = (type: unknown, value: unknown): boolean =>
    typesOf(type).length === 0 || typesOf(type).some((name) => isOf(name, value));

  /** What is wrong with a schema and the schemas in it. */
  function faults(schema: unknown, where: string): string[] {
    if (typeof schema === 'boolean') return [];
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
      return [`${where}: not a schema`];
    const { type, $ref, required, properties, items, enum: values, ...rest } = schema as Json;
    const found: string[] = [];
    const fault = (text: string) => found.push(`${where}: ${text}`);
    if ('$schema' in rest || '$id' in rest) fault('$schema or $id inside of a document');
    if ('nullable' in rest) fault('nullable is not of 3.1');
    for (const name of typesOf(type)) if (!TYPES.has(name)) fault(`unknown type ${name}`);
    if (typeof $ref === 'string') {
      const name = /^#\/components\/schemas\/(\w+)$/.exec($ref)?.[1];
      if (!name || !(name in document.components.schemas)) fault(`${$ref} leads nowhere`);
    }
    for (const [low, high] of BOUNDS) {
      const [min, max] = [rest[low], rest[high]];
      if (typeof min === 'number' && typeof max === 'number' && min > max) fault(`${low} above ${high}`);
    }
    if (typeof rest['pattern'] === 'string') {
      try {
        void new RegExp(rest['pattern'], 'u');
      } catch {
        fault(`pattern ${rest['pattern']} does not compile`);
      }
    }
    if (Array.isArray(values) && !values.every((value) => fits(type, value))) fault('enum of another type');
    if ('const' in rest && !fits(type, rest['const'])) fault('const of another type');
    if ('default' in rest && !fits(type, rest['default'])) fault('default of another type');
    for (const name of (required ?? []) as string[]) {
      if (!Object.hasOwn(properties ?? {}, name)) fault(`requires ${name}, which is no property`);
    }
    for (const [name, property] of Object.entries(properties ?? {}))
      found.push(...faults(property, `${where}.${name}`));
    if (items !== undefined) found.push(...faults(items, `${where}[]`));
    for (const key of ['anyOf', 'oneOf', 'allOf']) {
      const list = (rest[key] ?? []) as unknown[];
      found.push(...list.flatMap((part, index) => faults(part, `${where}.${key}${index}`)));
    }
    if (rest['additionalProperties'] !== undefined)
      found.push(...faults(rest['additionalProperties'], `${where}.*`));
    return found;
  }

  test('when a schema contradicts itself, then the check used below finds it', () => {
    expect(
      [
        { type: 'string', minLength: 5, maxLength: 1 },
        { type: 'object', required: ['a'], properties: {} },
        { type: 'integer', minimum: 2, maximum: 1 },
        { type: 'string', enum: [1] },
        { type: 'string', pattern: '(' },
        { type: 'texto' },
        { $ref: '#/components/schemas/Nada' },
        { type: 'object', properties: { a: { anyOf: [{ type: 'string', default: 1 }] } } },
      ].map((schema) => faults(schema, 'x').length),
    ).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('when every schema of the document is checked, then none contradicts itself', () => {
    const found = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      faults(schema, name),
    );
    for (const { path, method, operation } of documentedRoutes()) {
      const where = `${method} ${path}`;
      for (const parameter of operation.parameters ?? [])
        found.push(...faults(parameter.schema, `${where} ${parameter.name}`));
      for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
        found.push(...faults(schema, `${where} body`));
      for (const [status, response] of Object.entries(operation.responses))
        for (const { schema } of Object.values(response.content ?? {}))
          found.push(...faults(schema, `${where} ${status}`));
    }
    expect(found).toEqual([]);
  });

  /** Checks a value against the part of JSON Schema that the document uses. */
  function mismatches(value: unknown, schema: Json, where: string): string[] {
    const { type, properties, required, items, anyOf, additionalProperties } = schema;
    if (Array.isArray(anyOf)) {
      const each = anyOf.map((part) => mismatches(value, part as Json, where));
      return each.some((list) => list.length === 0) ? [] : each[0]!;
    }
    if (type === 'array') {
      if (!Array.isArray(value)) return [`${where}: not an array`];
      return value.flatMap((item, index) => mismatches(item, items as Json, `${where}[${index}]`));
    }
    if (type !== 'object')
      return fits(type, value) ? [] : [`${where}: ${typeof value} is not ${String(type)}`];
    if (typeof value !== 'object' || value === null) return [`${where}: not an object`];
    const known = (properties ?? {}) as Record<string, Json>;
    const missing = ((required ?? []) as string[]).filter((name) => !Object.hasOwn(value, name));
    return [
      ...missing.map((name) => `${where}.${name}: missing`),
      ...Object.entries(value).flatMap(([name, member]) => {
        if (known[name]) return mismatches(member, known[name], `${where}.${name}`);
        return additionalProperties === false ? [`${where}.${name}: not documented`] : [];
      }),
    ];
  }

  test('when routes answer, then the answers are what the document says', async () => {
    const as = platform.token({ id: 1, roles: ['Admin'] });
    const id = await createEntrega(platform, 1);
    const confirmed = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
      as,
      body: await signedBody(platform, id, 1),
    });
    const { task_id } = confirmed.body;
    const enqueued = await call(platform, 'POST', '/tareas', { as, body: { tipo: 'ping_logistica' } });
    const check = (answer: Answer, path: string, method: string) => {
      const schema =
        document.paths[path]![method]!.responses[answer.status]!.content!['application/json']!.schema;
      return mismatches(answer.body, schema, `${method} ${path}`);
    };
    const found = [
      ...check(confirmed, '/entrega/{id}/confirmar', 'post'),
      ...check(enqueued, '/tareas', 'post'),
      ...check(await call(platform, 'GET', `/entrega/${id}`, { as }), '/entrega/{id}', 'get'),
      ...check(await call(platform, 'GET', '/entregas', { as }), '/entregas', 'get'),
      ...check(await call(platform, 'GET', '/tareas', { as }), '/tareas', 'get'),
      ...check(await call(platform, 'GET', `/tarea/${task_id}`, { as }), '/tarea/{task_id}', 'get'),
      ...check(
        await call(platform, 'DELETE', `/tareas/${enqueued.body.task_id}`, { as }),
        '/tareas/{task_id}',
        'delete',
      ),
    ];
    expect(found).toEqual([]);
    const refused = await call(platform, 'GET', '/entregas');
    expect(mismatches(refused.body, document.components.schemas['Problem'] as Json, 'Problem')).toEqual([]);
  });

  test('when an example of the document is sent, then it is taken', async () => {
    const as = platform.token({ id: 1, roles: ['Admin'] });
    const examples = documentedRoutes().flatMap(({ method, path, operation }) => {
      const example = operation.requestBody?.content['application/json']?.example;
      return example === undefined || path.includes('{') ? [] : [{ method, path, example }];
    });
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const { path, example } of examples) {
      const answer = await call(platform, 'POST', path, { as, body: example });
      expect([path, answer.status < 300]).toEqual([path, true]);
    }
  });
});

describe('/docs', () => {
  test('when the page is opened, then all it loads comes from the service, and its policy allows nothing else', async () => {
    const redirect = await send(platform, 'GET', '/docs');
    expect([redirect.status, redirect.headers['location']]).toEqual([308, 'docs/']);
    const page = await send(platform, 'GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toBe(
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join(';'),
    );
    const html = String(page.body);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(loaded).toEqual(['swagger-ui.css', 'swagger-ui-bundle.js', 'init.js']);
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
    for (const asset of loaded) expect((await send(platform, 'GET', `/docs/${asset}`)).status).toBe(200);
    const script = String((await send(platform, 'GET', '/docs/init.js')).body);
    expect(script).toContain("url: '../openapi.json'");
    expect(script).not.toMatch(/https?:/);
  });

  test("when another file of the page's package is asked for, then it is 404", async () => {
    for (const file of [
      'index.html',
      'swagger-initializer.js',
      'package.json',
      '..%2fpackage.json',
      'oauth2-redirect.html',
    ])
      expect([file, (await send(platform, 'GET', `/docs/${file}`)).status]).toEqual([file, 404]);
  });
});

describe('health', () => {
  test('when health is asked for without a token, then it says who answers', async () => {
    const answer = await call(platform, 'GET', '/health');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        status: 'healthy',
        service: 'logistica_inventario',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        timestamp: expect.stringMatching(/Z$/),
      },
    });
    expect((await call(platform, 'GET', '/livez')).body).toEqual({ status: 'alive' });
    expect(await call(platform, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { base_de_datos: 'ok', redis: 'falta', claves_publicas: 'ok' } },
    });
  });
});
