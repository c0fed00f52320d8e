import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { craftSignature } from '@medisupply/shared/testing/forged-signatures';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { environment } from '../src/config.ts';
import type { Answer, FakeServer } from './support.ts';
import { call, createEntrega, privateKeys, problem, signedBody, someFields, startFake } from './support.ts';

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

const USER = 7;
const DEADLINE = 800;

let platform: Platform;
/** In the place of autorizador; answers as `respond` says. */
let fake: FakeServer;
let respond: Respond;
/** Where a redirect would lead: it says yes to everything. */
let elsewhere: FakeServer;

const says =
  (status: number, body: string, type = 'application/json'): Respond =>
  (response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };
const saysValid = says(200, '{"firma_valida":true}');

beforeAll(async () => {
  fake = await startFake((request, response) => {
    if (request.url === '/validate-signature') respond(response, request);
    else response.writeHead(503).end();
  });
  elsewhere = await startFake((_request, response) => saysValid(response, _request));
  respond = saysValid;
  platform = await startPlatform({
    redis: false,
    env: {
      AUTORIZADOR_URL: fake.url,
      AUTORIZADOR_TIMEOUT_MS: String(DEADLINE),
      CONFIRM_MAX_IN_FLIGHT: '4',
    },
  });
});

afterAll(async () => {
  await platform.close();
  await fake.close();
  await elsewhere.close();
});

// Five failures in a row open the circuit breaker: after each test one good answer closes it.
afterEach(async () => {
  respond = saysValid;
  await until(async () => (await confirmed(await confirmNew())).verificada === 'autorizador');
});

const asked = () => fake.calls.filter((entry) => entry.path === '/validate-signature');

async function confirmNew(changes: Record<string, unknown> = {}): Promise<Answer> {
  const id = await createEntrega(platform, USER);
  const body = await signedBody(platform, id, USER);
  return call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: USER }),
    body: { ...body, ...changes },
  });
}

async function confirmed(answer: Answer) {
  expect(answer.status).toBe(202);
  return platform.logistica.container.database.read
    .selectFrom('confirmacion')
    .select(['verificada', 'jti', 'estado'])
    .where('task_id', '=', answer.body.task_id)
    .executeTakeFirstOrThrow();
}

test('when autorizador is asked, then it gets the six fields, the signature, the service key and the request id', async () => {
  const before = asked().length;
  let headers: IncomingMessage['headers'] = {};
  respond = (response, request) => {
    headers = request.headers;
    saysValid(response, request);
  };
  const id = await createEntrega(platform, USER);
  const { firma_payload, ...fields } = await signedBody(platform, id, USER);
  const answer = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: USER }),
    body: { ...fields, firma_payload },
    headers: { 'x-request-id': 'pedido-41' },
  });
  expect(await confirmed(answer)).toMatchObject({ verificada: 'autorizador', estado: 'ACEPTADA' });
  expect(asked()).toHaveLength(before + 1);
  expect(JSON.parse(asked().at(-1)!.body)).toEqual({
    payload: { ...fields, entrega_id: id, usuario_id: USER },
    firma: firma_payload,
  });
  expect(headers).toMatchObject({
    'i-api-key': await platform.serviceKey('logistica-inventario'),
    'x-request-id': 'pedido-41',
  });
  expect(headers.authorization).toBeUndefined();
});

test('when autorizador says no, then it is 403, whatever the public keys say', async () => {
  respond = says(200, '{"firma_valida":false,"motivo":"x"}');
  expect((await confirmNew()).status).toBe(403);
});

const NONSENSE: { name: string; respond: Respond }[] = [
  { name: '500', respond: says(500, '{"firma_valida":false}') },
  { name: '503', respond: says(503, '<h1>Service Unavailable</h1>', 'text/html') },
  { name: '401 to our own key', respond: says(401, '{"firma_valida":false}') },
  { name: '403', respond: says(403, '{"error":"Firma no válida"}') },
  { name: '404', respond: says(404, '{"firma_valida":false}') },
  { name: '429', respond: says(429, '{"firma_valida":false}') },
  { name: '200 with a page', respond: says(200, '<html>firma_valida: true</html>', 'text/html') },
  { name: '200 with nothing', respond: says(200, '') },
  { name: 'truncated JSON', respond: says(200, '{"firma_valida":true') },
  { name: 'an array', respond: says(200, '[true]') },
  { name: 'null', respond: says(200, 'null') },
  { name: 'an object without the field', respond: says(200, '{}') },
  { name: '"true" as text', respond: says(200, '{"firma_valida":"true"}') },
  { name: '1', respond: says(200, '{"firma_valida":1}') },
  { name: '"false" as text', respond: says(200, '{"firma_valida":"false"}') },
  { name: '201', respond: says(201, '{"firma_valida":true}') },
  {
    name: 'ten megabytes',
    respond: says(200, `{"firma_valida":true,"x":"${'x'.repeat(10_000_000)}"}`),
  },
  {
    name: 'a redirect',
    respond: (response) => {
      response.writeHead(307, { location: `${elsewhere.url}/validate-signature` }).end();
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
      response.writeHead(200, { 'content-length': '100' }).write('{"firma_valida":true');
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
  'when autorizador answers $name, then a good signature is accepted by the public keys and a forged one is 403',
  async (nonsense) => {
    respond = nonsense.respond;
    const before = asked().length;
    const started = performance.now();
    const [good, forged] = await Promise.all([confirmNew(), confirmNew({ nombre_recibe: 'Eva' })]);
    expect(await confirmed(good)).toEqual({
      verificada: 'local',
      jti: expect.any(String),
      estado: 'ACEPTADA',
    });
    expect(forged.status).toBe(403);
    expect(forged.body).toEqual(
      problem(403, 'firma-no-valida', 'Firma no válida', forged.body.instance as string),
    );
    expect(asked()).toHaveLength(before + 2);
    expect(elsewhere.calls).toEqual([]);
    // Its deadline and no more, however long the other side takes.
    expect(performance.now() - started).toBeLessThan(DEADLINE + 1_500);
  },
);

test('when autorizador is away and the kid was never published, then it is 403', async () => {
  respond = says(503, '');
  const id = await createEntrega(platform, USER);
  const { delivery } = await privateKeys(platform);
  const iat = Math.floor(Date.now() / 1000);
  const firma_payload = craftSignature(
    { ...someFields(), entrega_id: id, usuario_id: USER },
    { alg: 'EdDSA', typ: 'entrega+jws', kid: 'nunca', iat, exp: iat + 900, jti: randomUUID() },
    delivery.privateKey,
  );
  const answer = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: USER }),
    body: { ...someFields(), firma_payload },
  });
  expect(answer.status).toBe(403);
});

test('when autorizador has failed five times, then it is left alone for a second and nobody waits for it', async () => {
  respond = says(500, '');
  for (let i = 0; i < 5; i++) await confirmed(await confirmNew());
  const before = asked().length;
  respond = () => undefined;
  const started = performance.now();
  expect(await confirmed(await confirmNew())).toMatchObject({ verificada: 'local' });
  expect(performance.now() - started).toBeLessThan(DEADLINE);
  expect(asked()).toHaveLength(before);
});

test('when a user has as many confirmations in flight as allowed, then the next one is 429 and other users go on', async () => {
  expect(environment.parse({}).CONFIRM_MAX_IN_FLIGHT).toBe(128);
  const waiting: ServerResponse[] = [];
  respond = (response) => void waiting.push(response);
  const inFlight = Array.from({ length: 4 }, () => confirmNew());
  await until(() => waiting.length === 4);

  const answer = await confirmNew();
  expect(answer.status).toBe(429);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.body).toEqual(
    problem(
      429,
      'demasiadas-solicitudes',
      'Hay 4 operaciones en curso de este usuario',
      answer.body.instance as string,
    ),
  );
  respond = saysValid;
  const id = await createEntrega(platform, 8);
  const other = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: 8 }),
    body: await signedBody(platform, id, 8),
  });
  expect(other.status).toBe(202);

  for (const response of waiting) response.end('{"firma_valida":true}');
  expect((await Promise.all(inFlight)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  // All places are free again.
  const next = await Promise.all(Array.from({ length: 4 }, () => confirmNew()));
  expect(next.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
});
