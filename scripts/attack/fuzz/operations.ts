/** The operations of the platform as its own OpenAPI documents tell them, and the places in a request that can be fuzzed. */
import { z } from 'zod';
import type { Target } from '../target.ts';
import { worked } from '../attempt.ts';

/** What of a JSON Schema is looked at here. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minLength?: number;
  minimum?: number;
  minItems?: number;
}

export interface Operation {
  /** Name of the service in the gateway's paths. */
  service: string;
  method: string;
  /** As documented: `/entrega/{id}/confirmar`. */
  path: string;
  /** Roles of which a person needs one; empty: any. Undefined: public. `FOR_SERVICES`: no person may. */
  roles: readonly string[] | undefined;
  places: readonly Place[];
  body?: { schema: Schema; example: Record<string, unknown>; check: z.ZodType };
  /** The type of a body that is not JSON. */
  binary?: string;
}

export interface Place {
  in: 'body' | 'path' | 'query' | 'header' | 'document';
  /** Dotted in a body. */
  name: string;
}

interface Document {
  paths: Record<string, Record<string, DocumentedOperation>>;
}

interface DocumentedOperation {
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Schema; example?: Record<string, unknown> }> };
}

/** In the place of roles. */
export const FOR_SERVICES: readonly string[] = ['servicio'];

/** Headers that every operation reads or passes on. */
const HEADERS = [
  'accept',
  'content-type',
  'content-encoding',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'origin',
  'range',
  'traceparent',
  'x-forwarded-for',
  'x-request-id',
];

/** Of every service behind the gateway. */
export async function readOperations(target: Target, services: readonly string[]): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const service of services) {
    const { json } = worked(await target.call('GET', `/${service}/openapi.json`), 200);
    operations.push(...operationsOf(service, json as Document));
  }
  return operations;
}

export const operationsOf = (service: string, document: Document): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => describe(service, method, path, operation)),
  );

function describe(service: string, method: string, path: string, operation: DocumentedOperation): Operation {
  const bearer = operation.security?.find((scheme) => 'bearer' in scheme)?.['bearer'];
  const content = operation.requestBody?.content['application/json'];
  const binary = Object.keys(operation.requestBody?.content ?? {}).find(
    (type) => type !== 'application/json',
  );
  const body = content && {
    schema: content.schema,
    example: content.example ?? (sample(content.schema) as Record<string, unknown>),
    check: z.fromJSONSchema(content.schema as Parameters<typeof z.fromJSONSchema>[0]),
  };
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'header');
  return {
    service,
    method: method.toUpperCase(),
    path: service === 'monitor' ? path.replace(/^\/monitor(?=\/)/, '') : path,
    roles: (operation.security ?? []).length === 0 ? undefined : (bearer ?? FOR_SERVICES),
    places: [
      ...(body ? fieldsOf(body.schema).map((name): Place => ({ in: 'body', name })) : []),
      { in: 'body', name: 'desconocido' },
      { in: 'document', name: 'cuerpo' },
      ...parameters.map(({ name, in: where }): Place => ({ in: where === 'path' ? 'path' : 'query', name })),
      { in: 'query', name: 'desconocido' },
      ...HEADERS.map((name): Place => ({ in: 'header', name })),
    ],
    ...(body ? { body } : {}),
    ...(binary === undefined ? {} : { binary }),
  };
}

/** Every member that the schema names, at any depth, as dotted paths. */
function fieldsOf(schema: Schema, prefix = ''): string[] {
  const branch = schema.anyOf?.find(({ properties, items }) => properties ?? items) ?? schema;
  if (branch.items) return [`${prefix}0`, ...fieldsOf(branch.items, `${prefix}0.`)];
  return Object.entries(branch.properties ?? {}).flatMap(([name, property]) => [
    `${prefix}${name}`,
    ...fieldsOf(property, `${prefix}${name}.`),
  ]);
}

/** Some value of that schema, with every member. */
export function sample(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.[0]) return sample(schema.anyOf[0]);
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, sample(property)]),
      );
    case 'array':
      return schema.items ? [sample(schema.items)] : [];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleText(schema);
  }
}

function sampleText({ pattern, format, minLength = 1 }: Schema): string {
  if (format === 'uuid') return '0192f0c1-7d5e-7abc-8def-0123456789ab';
  if (format === 'date-time') return '2026-01-01T00:00:00.000Z';
  const length = /\{(\d+)\}\$$/.exec(pattern ?? '')?.[1];
  return 'A'.repeat(Math.max(Number(length ?? 0), minLength));
}

/** Puts a value where a dotted path leads, making the way there from the schema. */
export function wayTo(body: Record<string, unknown>, path: string, schema: Schema): Record<string, unknown> {
  const copy = structuredClone(body);
  let place: Record<string, unknown> = copy;
  let at: Schema | undefined = schema;
  for (const name of path.split('.').slice(0, -1)) {
    const branch: Schema | undefined = at?.anyOf?.find(({ properties, items }) => properties ?? items) ?? at;
    at = branch?.items ?? branch?.properties?.[name];
    if (typeof place[name] !== 'object' || place[name] === null) place[name] = at ? sample(at) : {};
    place = place[name] as Record<string, unknown>;
  }
  return copy;
}
