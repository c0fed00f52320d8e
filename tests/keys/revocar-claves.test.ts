/** Stolen signing keys: `npm run keys -- revoke`, seen by processes that go on running. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createServiceClient } from '@medisupply/shared/http/service-client';
import { followSecret } from '@medisupply/shared/security/secret-file';
import { actualKey, signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { issueAccessToken } from '@medisupply/shared/security/access-token';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { revokeSignatureKeys, revokeTokenKeys } from '@medisupply/shared/security/revoke-keys';
import { parseSecretJson } from '@medisupply/shared/config/secret-json';
import type { Platform, PlatformOptions } from '../support/platform.ts';
import { startPlatform } from '../support/platform.ts';

const USER = 7;
/** Within this, every process has followed (ms). */
const FOLLOWED = { timeout: 10_000, interval: 100 };

let platform: Platform;

const start = async (options: PlatformOptions = {}) => (platform = await startPlatform(options));
afterEach(() => platform.close());

const secretsDir = () => join(platform.dataDir, 'secrets');

/** What a thief of autorizador's files has. */
async function stolenKeys() {
  const read = (file: string) => readFile(join(secretsDir(), 'autorizador', file), 'utf8');
  return {
    token: actualKey(parseSecretJson('token_keys.json', await read('token_keys.json'), tokenKeyFile)),
    firma: actualKey(
      parseSecretJson('signature_keys.json', await read('signature_keys.json'), signatureKeyFile),
    ),
  };
}

async function call(base: string, method: string, path: string, token: string | undefined, body?: unknown) {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const logistica = (method: string, path: string, body?: unknown) =>
  call(platform.logistica.url, method, path, platform.token({ id: USER }), body);

const DATOS = { direccion: 'Calle 1', nombre_recibe: 'Ana', firma_recibe: '<svg/>', pedido_id: 'P-1' };

async function nuevaEntrega(): Promise<number> {
  const { direccion, pedido_id } = DATOS;
  const { body } = await logistica('POST', '/entregas', { direccion, pedido_id, estado: 'EN_CAMINO' });
  return Number(body['id']);
}

/** A confirmation signed with a key, to be sent now or later. */
async function firmada(key: Awaited<ReturnType<typeof stolenKeys>>['firma']) {
  const entrega_id = await nuevaEntrega();
  const firma_payload = await signDelivery({ ...DATOS, entrega_id, usuario_id: USER }, key);
  return {
    entrega_id,
    firma_payload,
    enviar: () => logistica('POST', `/entrega/${entrega_id}/confirmar`, { ...DATOS, firma_payload }),
  };
}

test.each([
  ['autorizador answers', { autorizador: true }],
  ['autorizador is away', {}],
])(
  'when the signing keys are revoked and %s, then what they sign is refused within 10 s, and what was accepted is applied and says so',
  async (_case, options) => {
    await start(options);
    const { firma } = await stolenKeys();
    const before = await firmada(firma);
    expect((await before.enviar()).status).toBe(202);

    const { actual } = revokeSignatureKeys(secretsDir());
    await expect.poll(async () => (await (await firmada(firma)).enviar()).status, FOLLOWED).toBe(403);
    const renewed = await firmada((await stolenKeys()).firma);
    expect((await renewed.enviar()).status).toBe(202);

    await platform.startWorker();
    const entrega = async (id: number) => (await logistica('GET', `/entrega/${id}`)).body;
    await expect.poll(async () => (await entrega(before.entrega_id))['estado']).toBe('ENTREGADA');
    await expect.poll(async () => (await entrega(renewed.entrega_id))['estado']).toBe('ENTREGADA');
    expect(await entrega(before.entrega_id)).toMatchObject({
      integridad_firma: true,
      firma_clave: { kid: firma.kid, revocada: expect.stringMatching(/^20\d\d-.*Z$/) },
    });
    expect(await entrega(renewed.entrega_id)).toMatchObject({
      integridad_firma: true,
      firma_clave: { kid: actual, revocada: null },
    });
  },
);

test('when the signing keys are revoked, then autorizador signs with the new one at once and says why the old one is not good', async () => {
  await start({ autorizador: true });
  const { firma } = await stolenKeys();
  const old = await firmada(firma);
  const { actual } = revokeSignatureKeys(secretsDir());
  const autorizador = (path: string, body: unknown) =>
    call(platform.autorizador!.url, 'POST', path, platform.token({ id: USER }), body);
  const payload = { ...DATOS, entrega_id: old.entrega_id };
  const signed = (await autorizador('/sign-data', { payload })).body;
  const header = JSON.parse(Buffer.from(String(signed['firma']).split('.')[0]!, 'base64url').toString());
  expect(header).toMatchObject({ kid: actual });
  await expect
    .poll(
      async () => (await autorizador('/validate-signature', { payload, firma: old.firma_payload })).body,
      FOLLOWED,
    )
    .toMatchObject({ firma_valida: false, motivo: 'La clave de la firma fue revocada' });
});

test('when a confirmation waits for its verification while its key is revoked, then the time at which it came in counts', async () => {
  await start({
    prepare: async (dataDir) => {
      await rm(join(dataDir, 'secrets/logistica-inventario/jwks.json'));
    },
  });
  const { firma } = await stolenKeys();
  const operator = await platform.serviceKey('operator');
  const bySystem = async (path: string, body: unknown) => {
    const response = await fetch(platform.logistica.url + path, {
      method: 'POST',
      headers: { 'i-api-key': operator, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const { direccion, pedido_id } = DATOS;
  const { id } = await bySystem('/entregas', {
    direccion,
    pedido_id,
    estado: 'EN_CAMINO',
    asignada_a: USER,
  });
  const entrega_id = Number(id);
  const firma_payload = await signDelivery({ ...DATOS, entrega_id, usuario_id: USER }, firma);
  const { task_id } = await bySystem('/tareas', {
    tipo: 'procesar_entrega',
    entrega_id,
    confirmacion_info: { ...DATOS, firma_payload, usuario_id: USER },
  });
  expect(task_id).toEqual(expect.any(String));
  revokeSignatureKeys(secretsDir());
  await expect
    .poll(
      () => platform.logistica.container.keySet.findSignatureKey(firma.kid)?.revoked ?? Infinity,
      FOLLOWED,
    )
    .toBeLessThan(Date.now() / 1000 + 60);
  await expect
    .poll(() => Date.now() / 1000, FOLLOWED)
    .toBeGreaterThan(platform.logistica.container.keySet.findSignatureKey(firma.kid)!.revoked!);
  await platform.startWorker();
  const { read } = platform.logistica.container.database;
  await expect
    .poll(() => read.selectFrom('entrega').select('estado').where('id', '=', entrega_id).executeTakeFirst())
    .toEqual({ estado: 'ENTREGADA' });
});

test('when the token keys are revoked, then old tokens get 401 within 10 s, and a refresh gives one that is good at once', async () => {
  await start({ autorizador: true });
  const autorizador = (path: string, body: unknown) =>
    call(platform.autorizador!.url, 'POST', path, undefined, body);
  const usuario = { nombre: 'ana', contrasena: 'Zanahoria-Lunes-41' };
  await autorizador('/signup', usuario);
  const login = (await autorizador('/login', usuario)).body;
  const stolen = (await stolenKeys()).token;
  const forged = () =>
    issueAccessToken({ usuario_id: 1, nombre: 'admin', roles: ['Admin'], token_version: 0 }, stolen).token;
  const status = async (token: unknown) =>
    (await call(platform.logistica.url, 'GET', '/entregas', String(token))).status;
  expect(await status(forged())).toBe(200);
  expect(await status(login['token'])).toBe(200);

  revokeTokenKeys(secretsDir());
  await expect.poll(() => status(login['token']), FOLLOWED).toBe(401);
  expect(await status(forged())).toBe(401);
  const renewed = (await autorizador('/token/refresh', { refresh_token: login['refresh_token'] })).body;
  expect(await status(renewed['token'])).toBe(200);
  expect((await call(platform.autorizador!.url, 'GET', '/usuarios', forged())).status).toBe(401);
});

test('when the key of a service is revoked again and again, then its calls go on without a failure, and no stolen one is accepted', async () => {
  await start();
  const read = () => readFileSync(join(secretsDir(), 'worker/service_key'), 'utf8').trim();
  const source = { path: join(secretsDir(), 'worker/service_key'), read };
  const { logger } = platform.logistica.container;
  const client = createServiceClient({
    name: 'logistica-inventario',
    baseUrl: platform.logistica.url,
    serviceKey: followSecret(source, (key) => key, logger).current,
    timeoutMs: 2_000,
    logger,
  });
  const statuses = new Set<unknown>();
  const calling = new AbortController();
  const caller = (async () => {
    while (!calling.signal.aborted) {
      const answer = await client.get('/tareas');
      statuses.add(answer.ok ? answer.status : answer.reason);
    }
  })();
  const keysCommand = join(import.meta.dirname, '../../scripts/keys.ts');
  const stolen: string[] = [];
  for (let i = 0; i < 3; i++) {
    stolen.push(read());
    const command = fork(keysCommand, ['revoke', 'servicio', 'worker'], {
      env: { ...process.env, DATA_DIR: platform.dataDir },
      execArgv: [],
      silent: true,
    });
    expect(await once(command, 'exit')).toEqual([0, null]);
  }
  calling.abort();
  await caller;
  await client.close();
  expect([...statuses]).toEqual([200]);
  for (const key of stolen) {
    const answer = await fetch(`${platform.logistica.url}/tareas`, { headers: { 'i-api-key': key } });
    expect(answer.status).toBe(401);
  }
});
