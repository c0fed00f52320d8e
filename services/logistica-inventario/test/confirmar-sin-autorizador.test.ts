import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { craftSignature } from '@medisupply/shared/testing/forged-signatures';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { environment } from '../src/config.ts';
import type { Answer, FakeServer } from './support.ts';
import { call, createEntrega, privateKeys, problem, signedBody, someFields, startFake } from './support.ts';

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

const USER = 7;

let platform: Platform;
/** In the place of autorizador; answers as `respond` says. */
let fake: FakeServer;
let respond: Respond;
/** Where a redirect would lead: it publishes the forger's key. */
let elsewhere: FakeServer;

const says =
  (status: number, body: string, type = 'application/json'): Respond =>
  (response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

/** A key that autorizador has begun to sign with, and of which nobody here has heard. */
const fresh = generateKeyPairSync('ed25519');
const published = (): string => {
  const file = join(platform.dataDir, 'secrets', 'logistica-inventario', 'jwks.json');
  const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: object[] };
  const jwk = { ...fresh.publicKey.export({ format: 'jwk' }), kid: 'nueva', use: 'sig', alg: 'EdDSA' };
  return JSON.stringify({ keys: [...keys, jwk] });
};

beforeAll(async () => {
  fake = await startFake((request, response) => respond(response, request));
  elsewhere = await startFake((_request, response) => says(200, published())(response, _request));
  respond = says(503, '');
  platform = await startPlatform({
    redis: false,
    env: { AUTORIZADOR_URL: fake.url, CONFIRM_MAX_IN_FLIGHT: '4' },
  });
});

beforeEach(() => void (respond = says(503, '')));

afterAll(async () => {
  await platform.close();
  await fake.close();
  await elsewhere.close();
});

const fakeCalls = () => fake.calls.map(({ path }) => path);

async function confirmNew(changes: Record<string, unknown> = {}, user = USER): Promise<Answer> {
  const id = await createEntrega(platform, user);
  const body = await signedBody(platform, id, user);
  return send(id, { ...body, ...changes }, user);
}

const send = (id: number, body: Record<string, unknown>, user = USER): Promise<Answer> =>
  call(platform, 'POST', `/entrega/${id}/confirmar`, { as: platform.token({ id: user }), body });

/** Signed with the key that only autorizador knows. */
async function confirmWithFreshKey(): Promise<Answer> {
  const id = await createEntrega(platform, USER);
  const firma_payload = await signDelivery(
    { ...someFields(), entrega_id: id, usuario_id: USER },
    { kid: 'nueva', privateKey: fresh.privateKey },
  );
  return send(id, { ...someFields(), firma_payload });
}

async function confirmed(answer: Answer) {
  expect(answer.status).toBe(202);
  return platform.logistica.container.database.read
    .selectFrom('confirmacion')
    .select(['verificada', 'jti', 'estado'])
    .where('task_id', '=', answer.body.task_id)
    .executeTakeFirstOrThrow();
}

const ACCEPTED = { verificada: 'local', jti: expect.any(String), estado: 'ACEPTADA' };

test('when a delivery is confirmed, then its signature is verified here, and autorizador is not asked', async () => {
  const before = fakeCalls().length;
  expect(await confirmed(await confirmNew())).toEqual(ACCEPTED);
  const forged = await confirmNew({ nombre_recibe: 'Eva' });
  expect([forged.status, forged.body]).toEqual([
    403,
    problem(403, 'firma-no-valida', 'Firma no válida', forged.body.instance as string),
  ]);
  expect(fakeCalls()).toHaveLength(before);
});

const NONSENSE: { name: string; respond: Respond }[] = [
  { name: '500', respond: says(500, '{"keys":[]}') },
  { name: '503', respond: says(503, '<h1>Service Unavailable</h1>', 'text/html') },
  { name: '401', respond: says(401, '{"keys":[]}') },
  { name: '404', respond: says(404, '{"keys":[]}') },
  { name: '429', respond: says(429, '{"keys":[]}') },
  { name: '200 with a page', respond: says(200, '<html>keys</html>', 'text/html') },
  { name: '200 with nothing', respond: says(200, '') },
  { name: 'truncated JSON', respond: says(200, '{"keys":[') },
  { name: 'an array', respond: says(200, '[true]') },
  { name: 'null', respond: says(200, 'null') },
  { name: 'an object without the field', respond: says(200, '{}') },
  { name: 'no key at all', respond: says(200, '{"keys":[]}') },
  { name: 'keys that are none', respond: says(200, '{"keys":[{"kid":1}]}') },
  { name: 'keys as text', respond: says(200, '{"keys":"true"}') },
  { name: 'ten megabytes', respond: says(200, `{"keys":[],"x":"${'x'.repeat(10_000_000)}"}`) },
  {
    name: 'a redirect',
    respond: (response) => {
      response.writeHead(307, { location: `${elsewhere.url}/.well-known/jwks.json` }).end();
    },
  },
  {
    name: 'a cut connection',
    respond: (response) => {
      response.socket?.destroy();
    },
  },
  {
    name: 'half an answer and a cut connection',
    respond: (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"keys":[');
      response.socket?.end();
    },
  },
  { name: 'silence', respond: () => undefined },
  {
    name: 'headers and then silence',
    respond: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    },
  },
];

test.for(NONSENSE)(
  'when autorizador publishes $name, then a good signature is accepted by the keys that are known and a forged one is 403, at once',
  async (nonsense) => {
    respond = nonsense.respond;
    const refreshed = platform.logistica.container.keySet.refresh();
    const started = performance.now();
    const [good, forged] = await Promise.all([confirmNew(), confirmNew({ nombre_recibe: 'Eva' })]);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await refreshed).toBe(false);
    expect(await confirmed(good)).toEqual(ACCEPTED);
    expect(forged.status).toBe(403);
    expect(await confirmed(await confirmNew())).toEqual(ACCEPTED);
    expect(elsewhere.calls).toEqual([]);
  },
);

test('when a user has as many confirmations in flight as allowed, then the next one is 429 and other users go on; a new key is asked for once', async () => {
  expect(environment.parse({}).CONFIRM_MAX_IN_FLIGHT).toBe(128);
  const waiting: ServerResponse[] = [];
  respond = (response) => void waiting.push(response);
  const inFlight = Array.from({ length: 4 }, () => confirmWithFreshKey());
  await until(() => waiting.length === 1);
  // The others have come as far when theirs is the only request that is not refused.
  await until(async () => (await confirmNew()).status === 429);

  const answer = await confirmNew();
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.body).toEqual(
    problem(
      429,
      'demasiadas-solicitudes',
      'Hay 4 operaciones en curso de este usuario',
      answer.body.instance as string,
    ),
  );
  expect((await confirmNew({}, 8)).status).toBe(202);

  says(200, published())(waiting[0]!, undefined as never);
  for (const accepted of await Promise.all(inFlight)) expect(await confirmed(accepted)).toEqual(ACCEPTED);
  expect(waiting).toHaveLength(1);
  // All places are free again.
  const next = await Promise.all(Array.from({ length: 4 }, () => confirmWithFreshKey()));
  expect(next.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
});

test('when the kid was never published, then it is 403, whether autorizador answers or not', async () => {
  const { delivery } = await privateKeys(platform);
  const forge = async () => {
    const id = await createEntrega(platform, USER);
    const iat = Math.floor(Date.now() / 1000);
    const firma_payload = craftSignature(
      { ...someFields(), entrega_id: id, usuario_id: USER },
      { alg: 'EdDSA', typ: 'entrega+jws', kid: 'nunca', iat, exp: iat + 900, jti: randomUUID() },
      delivery.privateKey,
    );
    return (await send(id, { ...someFields(), firma_payload })).status;
  };
  expect(await forge()).toBe(403);
  respond = says(200, published());
  await platform.logistica.container.keySet.refresh();
  expect(await forge()).toBe(403);
});
