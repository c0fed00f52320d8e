import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express from 'express';
import type { Express } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import type { Access, Route } from './route.ts';

export interface ApiInfo {
  title: string;
  version: string;
  description: string;
}

/** Where the paths begin, seen from the document's own address: also right below the gateway's prefix. */
export type ServerPath = '.' | '..';

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    request_id: z.string().optional(),
    error: z.string(),
    mensaje: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .describe('RFC 9457; `error` and `mensaje` repeat `detail`');

/** An OpenAPI 3.1 document made from the routes' own zod schemas. */
export function openApiDocument(
  routes: readonly Route[],
  info: ApiInfo,
  server: ServerPath = '.',
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([A-Za-z_]\w*)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: server }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problem, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        serviceKey: { type: 'apiKey', in: 'header', name: 'i-api-key' },
      },
    },
  };
}

function operationOf(route: Route): Record<string, unknown> {
  const parameters = [...parametersOf('path', route.params), ...parametersOf('query', route.query)];
  if (route.idempotent) {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', maxLength: 128 },
    });
  }
  return {
    summary: route.summary,
    ...(route.tag ? { tags: [route.tag] } : {}),
    security: securityOf(route.access),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: { required: true, content: contentOf(route.body, route) } } : {}),
    responses: responsesOf(route),
  };
}

const contentOf = (body: z.ZodType, { binary, example }: Route): Record<string, unknown> =>
  binary
    ? { [binary.contentType]: { schema: { type: 'string', format: 'binary', maxLength: binary.limit } } }
    : {
        'application/json': {
          schema: jsonSchema(body, 'input'),
          ...(example === undefined ? {} : { example }),
        },
      };

function responsesOf(route: Route): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const [status, spec] of Object.entries(route.responses)) {
    const content = spec.schema
      ? { [spec.contentType ?? 'application/json']: { schema: jsonSchema(spec.schema, 'output') } }
      : spec.contentType
        ? { [spec.contentType]: { schema: { type: 'string' } } }
        : undefined;
    responses[status] = { description: spec.description, ...(content ? { content } : {}) };
  }
  responses['default'] = {
    description: 'Error',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return responses;
}

function securityOf(access: Access): Record<string, string[]>[] {
  if (access.kind === 'public') return [];
  return [
    ...(access.roles?.length === 0 ? [] : [{ bearer: [...(access.roles ?? [])] }]),
    ...(access.scopes ? [{ serviceKey: [...access.scopes] }] : []),
  ];
}

function parametersOf(location: 'path' | 'query', schema: z.ZodType | undefined): Record<string, unknown>[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: location,
    required: required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** `GET /openapi.json` and `GET /docs` (Swagger UI from the package, no CDN, strict CSP). */
export function addDocumentation(
  app: Express,
  routes: readonly Route[],
  info: ApiInfo,
  server: ServerPath = '.',
): void {
  let document: Record<string, unknown> | undefined;
  const documentation = express.Router();
  documentation.get('/openapi.json', (_request, response) => {
    document ??= openApiDocument(routes, info, server);
    response.json(document);
  });
  const pageHeaders = helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
  documentation.use('/docs', pageHeaders);
  // Relative addresses need the trailing slash: the page is also served below a prefix by the gateway.
  documentation.get('/docs', (request, response, next) => {
    if (request.path.endsWith('/')) {
      next();
      return;
    }
    response.redirect(308, 'docs/');
  });
  documentation.get('/docs/', (_request, response) => {
    response.type('html').send(page(info.title));
  });
  documentation.get('/docs/init.js', (_request, response) => {
    response.type('js').send(INIT_SCRIPT);
  });
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  // Nothing else of the package: its own page loads an example from another host.
  for (const asset of ASSETS) {
    documentation.get(`/docs/${asset}`, (_request, response) => {
      response.sendFile(asset, { root: assets, maxAge: '1h' });
    });
  }
  app.use(documentation);
}

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js'];

const page = (title: string) => `<!doctype html>
<html lang="es">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · API</title><link rel="stylesheet" href="swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="swagger-ui-bundle.js"></script><script src="init.js"></script></body>
</html>`;

const INIT_SCRIPT = `SwaggerUIBundle({ url: '../openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;
