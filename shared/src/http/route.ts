/**
 * Routes as data: one object says the path, who may call it, what goes in and what comes out. `createApp` mounts
 * them (parse, authorise, call once, answer) and `openApiDocument` describes them; there is no second source.
 */
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { FieldError } from './app-error.ts';
import { allowOnly } from './allowed-methods.ts';
import { badRequest, forbidden } from './app-error.ts';
import type { Authenticator } from './authenticate.ts';
import type { Caller, ServiceCaller, UserCaller } from './caller.ts';
import { callerName } from './caller.ts';
import type { Logger } from '../logging/logger.ts';
import { fieldErrors, unknownFields } from './field-errors.ts';
import type { IdempotencyKey } from './idempotency.ts';
import { readIdempotencyKey } from './idempotency.ts';
import type { BinaryBody } from './json-body.ts';
import { readBinaryBody, readJsonBody } from './json-body.ts';
import type { Reply } from './reply.ts';
import type { Rol, Scope } from '../contracts/vocabulary.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type Access =
  | { kind: 'public' }
  | {
      kind: 'restricted';
      /** Roles of which a person needs one; absent: any person; empty: none. */
      roles?: readonly Rol[];
      /** Scopes of which a service key needs one; absent: no service key is taken. */
      scopes?: readonly Scope[];
    };

export interface ResponseSpec {
  description: string;
  /** Absent: no body, or one that is not JSON (`contentType`). */
  schema?: z.ZodType;
  contentType?: string;
}

export const reply = (status: number, body?: unknown, headers?: Reply['headers']): Reply => ({
  status,
  body,
  ...(headers ? { headers } : {}),
});

interface Input<P, Q, B, C> {
  params: P;
  query: Q;
  body: B;
  caller: C;
  request: Request;
  response: Response;
  /** Set only on routes with `idempotent: true` when the caller sent `Idempotency-Key`. */
  idempotencyKey: IdempotencyKey | undefined;
}

interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, C> {
  method: Method;
  /** Express path, for example `/entrega/:id/confirmar`. */
  path: string;
  summary: string;
  tag?: string;
  params?: P;
  query?: Q;
  body?: B;
  /** The body is no JSON but bytes of this type; `body` is then a schema of a Buffer. */
  binary?: BinaryBody;
  /** An example body for the documentation. */
  example?: unknown;
  idempotent?: boolean;
  /** An action that must be answerable for: when it worked, one line tells who did what to what, and from where. */
  audit?: Audit;
  responses: Record<number, ResponseSpec>;
  /** Returns the reply, or nothing when it has answered by itself (streams). */
  handler: (input: Input<z.output<P>, z.output<Q>, z.output<B>, C>) => Promise<Reply | void> | Reply | void;
}

export interface Audit {
  /** Such as `usuario.modificar`. */
  accion: string;
  /** Fields of the body that the line tells; never personal data. */
  campos?: readonly string[];
}

export interface Route {
  method: Method;
  path: string;
  summary: string;
  tag?: string;
  access: Access;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  binary?: BinaryBody;
  example?: unknown;
  idempotent?: boolean;
  audit?: Audit;
  responses: Record<number, ResponseSpec>;
  handler: (input: Input<never, never, never, never>) => Promise<Reply | void> | Reply | void;
}

/** A route that anybody may call. */
export function publicRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B, undefined>,
): Route {
  return { ...spec, access: { kind: 'public' } };
}

/** A route for people (with one of `roles`, if given). */
export function userRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B, UserCaller> & { roles?: readonly Rol[] },
): Route {
  const { roles, ...rest } = spec;
  return { ...rest, access: { kind: 'restricted', ...(roles ? { roles } : {}) } };
}

/** A route for people (with one of `roles`, if given) and for service keys with one of `scopes`. */
export function callerRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B, Caller> & { roles?: readonly Rol[]; scopes: readonly Scope[] },
): Route {
  const { roles, scopes, ...rest } = spec;
  return { ...rest, access: { kind: 'restricted', scopes, ...(roles ? { roles } : {}) } };
}

/** A route for service keys with one of `scopes`, and for no person. */
export function serviceRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B, ServiceCaller> & { scopes: readonly Scope[] },
): Route {
  const { scopes, ...rest } = spec;
  return { ...rest, access: { kind: 'restricted', roles: [], scopes } };
}

/** Mounts the routes and, for every known path, a 405 that names the methods it has. */
export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  { authenticator, logger }: { authenticator: Authenticator | undefined; logger: Logger },
): void {
  const methodsByPath = new Map<string, string[]>();
  for (const route of routes) {
    if (route.access.kind === 'restricted' && !authenticator) {
      throw new Error(
        `${route.method.toUpperCase()} ${route.path} needs an authenticator: pass it to createApp`,
      );
    }
    app[route.method](route.path, handlerOf(route, authenticator, logger));
    const method = route.method.toUpperCase();
    methodsByPath.set(route.path, [...(methodsByPath.get(route.path) ?? []), method]);
  }
  for (const [path, methods] of methodsByPath) allowOnly(app, path, methods);
}

function handlerOf(route: Route, authenticator: Authenticator | undefined, logger: Logger): RequestHandler {
  return async (request, response) => {
    // Personal data and tokens stay in no cache; a handler that answers something else says so.
    response.set('Cache-Control', 'no-store');
    const caller =
      route.access.kind === 'public'
        ? undefined
        : authorise(await authenticator!.authenticate(request), route.access);
    // Not before: a stranger's body costs nothing but its way here.
    await (route.binary ? readBinaryBody(request, route.binary) : readJsonBody(request));
    const errors: FieldError[] = [];
    const input = {
      params: parsePart('path', route.params, request.params, errors),
      query: parsePart('query', route.query, queryOf(route, request), errors),
      body: parsePart('body', route.body, request.body, errors),
      caller,
      request,
      response,
      idempotencyKey:
        route.idempotent && caller
          ? readIdempotencyKey(request, caller, pathOf(route, request.params))
          : undefined,
    };
    if (errors.length > 0) throw badRequest(summaryOf(errors), { errors });
    const result = await route.handler(input as Input<never, never, never, never>);
    if (!result) return;
    if (route.audit && caller) logger.info(auditEntry(route.audit, caller, request), 'auditoría');
    if (result.headers) response.set(result.headers);
    response.status(result.status);
    if (result.body === undefined) response.end();
    else response.json(result.body);
  };
}

function auditEntry({ accion, campos = [] }: Audit, caller: Caller, request: Request): object {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const told = campos.filter((campo) => Object.hasOwn(body, campo)).map((campo) => [campo, body[campo]]);
  return {
    auditoria: true,
    accion,
    quien: callerName(caller),
    sobre: { ...request.params },
    ...(told.length > 0 ? { cambios: Object.fromEntries(told) } : {}),
    desde: request.ip,
  };
}

/** The route as it is declared, with what stood in the places of its parameters. */
const pathOf = ({ path }: Route, params: Request['params']): string =>
  path.replaceAll(/:(\w+)/g, (_place, name: string) => encodeURIComponent(String(params[name])));

function authorise(caller: Caller, access: Extract<Access, { kind: 'restricted' }>): Caller {
  if (caller.kind === 'service') {
    if (!access.scopes?.some((scope) => caller.scopes.includes(scope))) {
      throw forbidden('Esta clave de servicio no da acceso a la operación');
    }
  } else if (access.roles && !access.roles.some((role) => caller.roles.includes(role))) {
    throw forbidden(
      access.roles.length === 0
        ? 'Solo para servicios de la plataforma'
        : `Se necesita el rol ${access.roles.join(' o ')}`,
    );
  }
  return caller;
}

/** Of the parameters of a GET the known ones: links of other systems carry their own. */
const queryOf = ({ method, query }: Route, request: Request): unknown =>
  method === 'get' && query instanceof z.ZodObject
    ? Object.fromEntries(Object.entries(request.query).filter(([name]) => Object.hasOwn(query.shape, name)))
    : request.query;

function parsePart(
  part: string,
  schema: z.ZodType | undefined,
  value: unknown,
  errors: FieldError[],
): unknown {
  if (!schema) {
    // A route that takes no body takes no fields either.
    if (part === 'body') errors.push(...unknownFields(part, Object.keys(value ?? {})));
    return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (part === 'body' && value === undefined) {
    errors.push({ path: 'body', message: 'Falta el cuerpo JSON' });
    return undefined;
  }
  errors.push(...fieldErrors(part, result.error));
  return undefined;
}

function summaryOf(errors: readonly FieldError[]): string {
  const shown = errors.slice(0, 3).map((e) => `${e.path.replace(/^(body|query|path)\./, '')}: ${e.message}`);
  const more = errors.length > 3 ? ` (y ${errors.length - 3} más)` : '';
  return `Datos no válidos: ${shown.join('; ')}${more}`;
}
