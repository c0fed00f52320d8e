import { request } from 'undici';
import type { Platform } from '../../../tests/support/platform.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read into answers of any shape
  body: any;
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
  fields: Fields = someFields(),
  options: { now?: number; jti?: string } = {},
): Promise<Fields & { firma_payload: string }> {
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
