import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { request } from 'undici';
import { expect } from 'vitest';
import type { DeliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { actualKey, signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { parseSecretJson } from '@medisupply/shared/config/secret-json';
import type { Platform } from '../../../tests/support/platform.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read into answers of any shape
  body: any;
}

/** Sends what a careful client would not: a body as it is, headers in pairs. */
export async function send(
  platform: Platform,
  method: string,
  path: string,
  options: { headers?: string[]; body?: string | Uint8Array | Readable } = {},
): Promise<Answer> {
  const response = await request(platform.logistica.url + path, {
    method: method as 'GET',
    headers: options.headers ?? [],
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await response.body.text();
  const isJson = text !== '' && /json/.test(String(response.headers['content-type']));
  return { status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Header pairs of a JSON request by the bearer of `token`. */
export const json = (token: string, ...more: string[]): string[] => [
  'authorization',
  `Bearer ${token}`,
  'content-type',
  'application/json',
  ...more,
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const TITLES: Record<number, string> = {
  400: 'Solicitud no válida',
  401: 'No autenticado',
  403: 'No permitido',
  404: 'No encontrado',
  405: 'Método no permitido',
  409: 'Conflicto',
  413: 'Cuerpo demasiado grande',
  415: 'Tipo de contenido no admitido',
  422: 'No procesable',
  429: 'Demasiadas solicitudes',
  431: 'Cabeceras demasiado grandes',
};

/** A whole problem document, for `toEqual`. */
export const problem = (
  status: number,
  code: string,
  detail: string,
  instance: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  type: `urn:medisupply:problem:${code}`,
  title: TITLES[status],
  status,
  detail,
  instance,
  request_id: expect.stringMatching(UUID),
  error: detail,
  mensaje: detail,
  ...more,
});

export interface FakeServer {
  url: string;
  /** Paths asked for, with their bodies. */
  calls: { path: string; body: string }[];
  close(): Promise<void>;
}

/** A server in the place of another service. */
export async function startFake(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<FakeServer> {
  const calls: FakeServer['calls'] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      calls.push({ path: incoming.url ?? '', body });
      answer(incoming, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Calls logistica; `as` is a token. */
export async function call(
  platform: Platform,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  options: { as?: string; key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await request(platform.logistica.url + path, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.as ? { authorization: `Bearer ${options.as}` } : {}),
      ...(options.key ? { 'i-api-key': options.key } : {}),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

export interface Fields {
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
}

/** What a signature may cover besides. */
type Optional = Pick<DeliveryPayload, 'capturado' | 'foto_sha256'>;

export const someFields = (fields: Partial<Fields> = {}): Fields => ({
  direccion: 'Calle 10 # 5-51',
  nombre_recibe: 'Ana Díaz',
  firma_recibe: '<svg>firma de Ana</svg>',
  pedido_id: 'PED-1001',
  ...fields,
});

/** Creates a delivery as user `userId`. @returns its id */
export async function createEntrega(
  platform: Platform,
  userId: number,
  body: Record<string, unknown> = {},
): Promise<number> {
  const { direccion, pedido_id } = someFields();
  const answer = await call(platform, 'POST', '/entregas', {
    as: platform.token({ id: userId }),
    body: { direccion, pedido_id, estado: 'EN_CAMINO', ...body },
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.id as number;
}

/** A body for `POST /entrega/:id/confirmar`, signed as autorizador signs. */
export async function signedBody(
  platform: Platform,
  entregaId: number,
  userId: number,
  fields: Fields & Optional = someFields(),
  options: { now?: number; jti?: string } = {},
): Promise<Fields & Optional & { firma_payload: string }> {
  const firma = await platform.sign({ ...fields, entrega_id: entregaId, usuario_id: userId }, options);
  return { ...fields, firma_payload: firma };
}

/** Creates, signs and confirms as user `userId`. */
export async function confirm(platform: Platform, userId: number, fields = someFields()): Promise<Answer> {
  const id = await createEntrega(platform, userId, {
    direccion: fields.direccion,
    pedido_id: fields.pedido_id,
  });
  return call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: userId }),
    body: await signedBody(platform, id, userId, fields),
  });
}

interface PrivateKey {
  kid: string;
  privateKey: KeyObject;
}

/** The keys that autorizador signs deliveries and tokens with. */
export async function privateKeys(platform: Platform): Promise<{ delivery: PrivateKey; token: PrivateKey }> {
  const read = (file: string) => readFile(`${platform.dataDir}/secrets/autorizador/${file}`, 'utf8');
  return {
    delivery: actualKey(
      parseSecretJson('signature_keys.json', await read('signature_keys.json'), signatureKeyFile),
    ),
    token: actualKey(parseSecretJson('token_keys.json', await read('token_keys.json'), tokenKeyFile)),
  };
}

export interface Operation {
  method: string;
  /** With every parameter replaced by `id`. */
  path: (id?: string) => string;
  /** As documented: which of tokens and service keys it takes. */
  security: Record<string, string[]>[];
  hasParams: boolean;
}

/** Every documented operation of logistica. */
export async function operations(platform: Platform): Promise<Operation[]> {
  const { body } = await call(platform, 'GET', '/openapi.json');
  const paths = body.paths as Record<string, Record<string, { security: Operation['security'] }>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path: (id = '1') => path.replaceAll(/\{\w+\}/g, id),
      security,
      hasParams: path.includes('{'),
    })),
  );
}
