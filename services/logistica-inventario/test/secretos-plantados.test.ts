/** Recognisable secrets and personal data go through the whole platform; afterwards none is anywhere it must not be. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from 'undici';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { canonicalBytes, sha256Hex } from '@medisupply/shared/security/canonical-json';
import { storedIn } from '@medisupply/shared/testing/test-database';
import { sendFoto, someJpeg } from './fotos.ts';
import { call, json, send } from './support.ts';

const CONTRASENA = 'Planta-Ombu-Secreta-7731';
const FIELDS = {
  direccion: 'Callejón Plantado 4477',
  nombre_recibe: 'Zenobia Plantada',
  firma_recibe: '<svg>trazo plantado 9913</svg>',
  pedido_id: 'PED-visible-5521',
};

const CAPTURADO = '2026-11-25T10:00:00.123Z';
const DESTINATARIO = 'Destinataria Plantada 8820';
const DETALLE = 'Detalle plantado: la vecina 5540';
const RASTRO = 'rastro plantado en la foto 6612';
const FOTO = someJpeg({ data: Buffer.from(RASTRO) });

let platform: Platform;
/** By name; nowhere in clear. */
const secrets: Record<string, string> = { contrasena: CONTRASENA };
let firma: string;
/** From which an address that is guessed can be told to be the right one, by whoever has no key. */
const hashes: Record<string, string> = {};
let taskId: string;
/** Status of the answer about a row that does not decrypt. */
let unreadable: number;

async function autorizador(path: string, body: unknown, token?: string) {
  const response = await request(platform.autorizador!.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  return { status: response.statusCode, body: (await response.body.json()) as Record<string, string> };
}

beforeAll(async () => {
  platform = await startPlatform({ autorizador: true, worker: true });
  const signup = await autorizador('/signup', { nombre: 'plantador', contrasena: CONTRASENA });
  const login = await autorizador('/login', { nombre: 'plantador', contrasena: CONTRASENA });
  await autorizador('/login', { nombre: 'plantador', contrasena: `${CONTRASENA}-mal` });
  const token = login.body['token']!;
  const refresh_token = login.body['refresh_token']!;
  Object.assign(secrets, { token, refresh_token, signup_token: signup.body['token'] });

  // The main job.
  const entrega = {
    direccion: FIELDS.direccion,
    destinatario: DESTINATARIO,
    pedido_id: FIELDS.pedido_id,
    estado: 'EN_CAMINO',
  };
  const headers = { 'idempotency-key': 'plantada' };
  const created = await call(platform, 'POST', '/entregas', { as: token, body: entrega, headers });
  const entrega_id = created.body.id as number;
  await call(platform, 'POST', `/entrega/${entrega_id}/intento-fallido`, {
    as: token,
    body: { motivo: 'AUSENTE', detalle: DETALLE },
    headers: { 'idempotency-key': 'plantada' },
  });
  const foto = await sendFoto(platform, entrega_id, FOTO, token);
  const optional = { capturado: CAPTURADO, foto_sha256: foto.body.sha256 as string };
  const datos = { ...FIELDS, ...optional };
  const signed = await autorizador('/sign-data', { payload: { ...datos, entrega_id } }, token);
  firma = signed.body['firma']!;
  const usuario_id = created.body.creada_por.split(':')[1];
  hashes['huella'] = sha256Hex(canonicalBytes(entrega));
  hashes['req_hash'] = sha256Hex(
    canonicalBytes({ ...datos, entrega_id, usuario_id: Number(usuario_id), firma }),
  );
  const path = `/entrega/${entrega_id}/confirmar`;
  const confirmed = await call(platform, 'POST', path, {
    as: token,
    body: { ...datos, firma_payload: firma },
  });
  taskId = confirmed.body.task_id as string;
  const key = await platform.serviceKey('worker');
  await call(platform, 'POST', '/tareas', {
    key,
    body: { tipo: 'procesar_entrega', task_id: taskId, entrega_id, _retry_count: 1 },
  });
  await until(
    async () =>
      (await call(platform, 'GET', `/entrega/${entrega_id}`, { as: token })).body.estado === 'ENTREGADA',
  );

  // And what goes wrong: refused, malformed, forged, unreadable.
  await call(platform, 'POST', path, { as: token, body: { ...FIELDS, firma_payload: `${firma}x` } });
  await call(platform, 'POST', path, { as: token, body: { ...FIELDS, extra: FIELDS.direccion } });
  await send(platform, 'POST', path, { headers: json(token), body: JSON.stringify(FIELDS).slice(0, -2) });
  await call(platform, 'GET', '/tareas', { as: token, key: `${key}x` });
  await call(platform, 'POST', '/tareas', {
    key,
    body: { tipo: 'procesar_entrega', entrega_id, confirmacion_info: { ...FIELDS, firma_payload: firma } },
  });
  const broken = await call(platform, 'POST', '/entregas', {
    as: token,
    body: { direccion: FIELDS.direccion, pedido_id: FIELDS.pedido_id, estado: 'EN_CAMINO' },
  });
  await platform.logistica.container.database.unitOfWork.write((tx) =>
    tx.updateTable('entrega').set({ direccion: 'v1:x' }).where('id', '=', broken.body.id).execute(),
  );
  unreadable = (await call(platform, 'GET', `/entrega/${broken.body.id}`, { as: token })).status;
  await autorizador('/token/refresh', { refresh_token });

  Object.assign(secrets, FIELDS, { DESTINATARIO, DETALLE, RASTRO }, await fileSecrets());
  delete secrets['pedido_id'];
});

afterAll(() => platform.close());

/** Every secret file that set-up made, and the private part of every key in them. */
async function fileSecrets(): Promise<Record<string, string>> {
  const folder = join(platform.dataDir, 'secrets');
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /^(jwks\.json|service_keys\.json|\.lock)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const contents = (await readFile(path, 'utf8')).trim();
    if (!entry.name.endsWith('.json')) {
      found[path] = contents;
      continue;
    }
    const { keys } = JSON.parse(contents) as { keys: { kid: string; d?: string }[] | Record<string, string> };
    const values = Array.isArray(keys) ? keys.flatMap(({ d }) => d ?? []) : Object.values(keys);
    for (const [index, value] of values.entries()) found[`${path}[${index}]`] = value;
  }
  return found;
}

const leaked = (haystack: string | Buffer, planted: Record<string, string>): string[] =>
  Object.entries(planted).flatMap(([name, value]) => (haystack.includes(value) ? [name] : []));

async function everythingIn(redis: Redis): Promise<string> {
  const parts: unknown[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    if (type === 'string') parts.push(key, await redis.get(key));
    else if (type === 'hash') parts.push(key, await redis.hgetall(key));
    else if (type === 'list') parts.push(key, await redis.lrange(key, 0, -1));
    else if (type === 'set') parts.push(key, await redis.smembers(key));
    else if (type === 'zset') parts.push(key, await redis.zrange(key, 0, -1));
    else if (type === 'stream') parts.push(key, await redis.xrange(key, '-', '+'));
    else throw new Error(`${key} is a ${type}`);
  }
  // Texts as they are, not escaped once more.
  return parts.map((part) => (typeof part === 'string' ? part : flatten(part).join('\n'))).join('\n');
}

const flatten = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => [name, ...flatten(member)])
    : [String(value)];

test('when secrets are counted, then there are those of people, of services and of every key file', () => {
  expect(unreadable).toBe(500);
  expect(Object.keys(secrets).length).toBeGreaterThan(20);
  expect(Object.values(secrets).every((value) => value.length >= 16)).toBe(true);
});

test('when the logs are read, then requests are told and no secret, no personal data and no signature is', () => {
  const logs = platform.logs.join('');
  expect(logs).toContain('/entregas');
  expect(logs).toContain('/confirmar');
  expect(leaked(logs, { ...secrets, firma })).toEqual([]);
});

test('when Redis is read, what it holds and what was ever written to it, then the task is there and none of those', async () => {
  const redis = platform.redis!.operator;
  const contents = await everythingIn(redis);
  expect(contents).toContain(taskId);
  expect(leaked(contents, { ...secrets, firma })).toEqual([]);

  const [, folder] = (await redis.config('GET', 'dir')) as [string, string];
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const appended = files.filter((entry) => entry.isFile() && entry.name.includes('.aof'));
  const written = Buffer.concat(
    await Promise.all(appended.map((entry) => readFile(join(entry.parentPath, entry.name)))),
  );
  expect(written.includes(taskId)).toBe(true);
  expect(leaked(written, { ...secrets, firma })).toEqual([]);
});

test('when all that the databases hold is read, then the order is there and none of the secrets, nor what confirms a guess', async () => {
  const bytes = await storedIn(platform.dataDir, ['autorizador', 'logistica']);
  expect(bytes.includes(FIELDS.pedido_id)).toBe(true);
  expect(leaked(bytes, { ...secrets, ...hashes, firma })).toEqual([]);
});
