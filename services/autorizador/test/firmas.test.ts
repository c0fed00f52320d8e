import { createHmac } from 'node:crypto';
import { flattenedVerify, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalBytes } from '@medisupply/shared/security/canonical-json';
import { bearer, startAutorizador } from './support.ts';
import type { Autorizador } from './support.ts';

let autorizador: Autorizador;
let now = Date.now();
let ana: { id: number; token: string };
let beto: { id: number; token: string };

beforeAll(async () => {
  autorizador = await startAutorizador({ now: () => now });
  ana = await autorizador.newUsuario();
  beto = await autorizador.newUsuario();
});

afterAll(() => autorizador.close());

const PAYLOAD = {
  direccion: 'Calle 10 # 5-20',
  nombre_recibe: 'José Ñúñez',
  firma_recibe: '<svg>M0 0L9 9</svg>',
  pedido_id: 'PED-7',
  entrega_id: 7,
};

const sign = (payload: unknown, token = ana.token) =>
  autorizador.call('POST', '/sign-data', { payload }, bearer(token));
const validate = (body: unknown, headers: Record<string, string> = bearer(ana.token)) =>
  autorizador.call('POST', '/validate-signature', body, headers);
const serviceKey = (folder: string) => ({ 'i-api-key': autorizador.secret(`${folder}/service_key`) });

describe('POST /sign-data', () => {
  test('when the data is good, then 200 with the six fields and a signature anybody can verify with the JWKS', async () => {
    const { status, body } = await sign(PAYLOAD);
    expect(status).toBe(200);
    expect(body).toEqual({
      payload: { ...PAYLOAD, usuario_id: ana.id },
      firma: expect.stringMatching(/^[\w-]+\.\.[\w-]{86}$/),
      usuario_id: ana.id,
      timestamp: new Date(now).toISOString(),
    });

    const [encodedHeader = '', , signature = ''] = body.firma.split('.');
    const { keys } = (await autorizador.call('GET', '/.well-known/jwks.json')).body;
    const { kid } = JSON.parse(Buffer.from(encodedHeader, 'base64url').toString());
    const key = await importJWK(keys.find((jwk: { kid: string }) => jwk.kid === kid));
    const jws = {
      protected: encodedHeader,
      payload: canonicalBytes(body.payload).toString('base64url'),
      signature,
    };
    await expect(flattenedVerify(jws, key, { algorithms: ['EdDSA'] })).resolves.toMatchObject({
      protectedHeader: { typ: 'entrega+jws' },
    });
  });

  test('when the data names another user, then it is signed for the one who asks', async () => {
    const { status, body } = await sign({ ...PAYLOAD, usuario_id: beto.id });
    expect([status, body.payload.usuario_id, body.usuario_id]).toEqual([200, ana.id, ana.id]);
  });

  test('when pedido_id is an integer and the strings are NFD, then they are signed as string and NFC', async () => {
    const { body } = await sign({
      ...PAYLOAD,
      pedido_id: 7,
      nombre_recibe: PAYLOAD.nombre_recibe.normalize('NFD'),
    });
    expect(body.payload).toEqual({ ...PAYLOAD, pedido_id: '7', usuario_id: ana.id });
    expect(await validate({ payload: body.payload, firma: body.firma })).toMatchObject({
      body: { firma_valida: true },
    });
  });

  test('when firma_recibe has 64 KiB, then it is signed; with one character more, 400', async () => {
    expect((await sign({ ...PAYLOAD, firma_recibe: 'x'.repeat(64 * 1024) })).status).toBe(200);
    expect((await sign({ ...PAYLOAD, firma_recibe: 'x'.repeat(64 * 1024 + 1) })).status).toBe(400);
  });

  test('when the same data is signed twice, then the nonces differ', async () => {
    const [one, two] = await Promise.all([sign(PAYLOAD), sign(PAYLOAD)]);
    expect(one.body.firma).not.toBe(two.body.firma);
  });

  test('when 128 signatures of one user are in flight, then the next gets 429, and other users do not', async () => {
    const { firmasEnCurso } = autorizador.container;
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    const held = Array.from({ length: 128 }, () => firmasEnCurso.run(ana.id, () => gate));
    const refused = await sign(PAYLOAD);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect((await sign(PAYLOAD, beto.token)).status).toBe(200);
    release();
    await Promise.all(held);
    expect((await sign(PAYLOAD)).status).toBe(200);
  });

  test('when nobody, or a service, asks, then 401 or 403: only people sign (hole 4)', async () => {
    expect((await autorizador.call('POST', '/sign-data', { payload: PAYLOAD })).status).toBe(401);
    for (const folder of ['worker', 'logistica-inventario', 'operator']) {
      expect(
        (await autorizador.call('POST', '/sign-data', { payload: PAYLOAD }, serviceKey(folder))).status,
      ).toBe(403);
    }
  });

  test.each([undefined, null, [], 'texto', 7, {}, { ...PAYLOAD, extra: 1 }, { ...PAYLOAD, entrega_id: '7' }])(
    'when the payload is %j, then 400: nothing but the fields of a delivery is signed (hole 4)',
    async (payload) => {
      expect((await sign(payload)).status).toBe(400);
    },
  );
});

describe('POST /validate-signature', () => {
  test('when the signature is good, then firma_valida is true, for people and for logistica', async () => {
    const { payload, firma } = (await sign(PAYLOAD)).body;
    for (const headers of [bearer(ana.token), bearer(beto.token), serviceKey('logistica-inventario')]) {
      const { status, body } = await validate({ payload, firma }, headers);
      expect(status).toBe(200);
      expect(body).toEqual({ payload, firma, timestamp: expect.any(String), firma_valida: true });
    }
  });

  test('when usuario_id is left out, then a person means themselves, and a service must say it', async () => {
    const { firma } = (await sign(PAYLOAD)).body;
    expect((await validate({ payload: PAYLOAD, firma })).body).toMatchObject({ firma_valida: true });
    expect((await validate({ payload: PAYLOAD, firma }, bearer(beto.token))).body).toMatchObject({
      firma_valida: false,
    });
    expect((await validate({ payload: PAYLOAD, firma }, serviceKey('logistica-inventario'))).status).toBe(
      400,
    );
  });

  test.each([
    ['direccion', 'Calle 11'],
    ['nombre_recibe', 'Otra'],
    ['firma_recibe', 'otra'],
    ['pedido_id', 'PED-8'],
    ['entrega_id', 8],
    ['usuario_id', 999],
  ])('when %s was changed, then firma_valida is false with the reason', async (field, value) => {
    const { payload, firma } = (await sign(PAYLOAD)).body;
    const changed = { ...payload, [field]: value };
    expect((await validate({ payload: changed, firma })).body).toEqual({
      payload: changed,
      firma,
      timestamp: expect.any(String),
      firma_valida: false,
      motivo: 'La firma no corresponde a los datos',
    });
  });

  test('when it is more than 16 minutes old, then it is expired', async () => {
    const { payload, firma } = (await sign(PAYLOAD)).body;
    const issued = now;
    try {
      now = issued + 16 * 60_000 - 1_000;
      expect((await validate({ payload, firma }, serviceKey('logistica-inventario'))).body.firma_valida).toBe(
        true,
      );
      now = issued + 16 * 60_000 + 1_000;
      expect((await validate({ payload, firma }, serviceKey('logistica-inventario'))).body).toMatchObject({
        firma_valida: false,
        motivo: 'La firma expiró',
      });
    } finally {
      now = issued;
    }
  });

  test('when it is an HMAC keyed with a public key, as in the original, then it is not valid (hole 4)', async () => {
    const payload = { ...PAYLOAD, usuario_id: ana.id };
    const { keys } = (await autorizador.call('GET', '/.well-known/jwks.json')).body;
    for (const key of keys) {
      const firma = createHmac('sha256', JSON.stringify(key)).update(canonicalBytes(payload)).digest('hex');
      expect((await validate({ payload, firma })).body).toMatchObject({ firma_valida: false });
    }
  });

  test.each(['', 'x', '..', 'a..b', 'A'.repeat(8192), '"true"', '%00'])(
    'when firma is %j, then firma_valida is false',
    async (firma) => {
      expect((await validate({ payload: { ...PAYLOAD, usuario_id: 1 }, firma })).body).toMatchObject({
        firma_valida: false,
        motivo: 'La firma no tiene la forma esperada',
      });
    },
  );

  test.each([undefined, null, true, 7, [], {}, 'A'.repeat(8193)])(
    'when firma is %j, then 400',
    async (firma) => {
      expect((await validate({ payload: PAYLOAD, firma })).status).toBe(400);
    },
  );

  test('when a service key of another scope asks, then 403; a wrong key, 401', async () => {
    const { payload, firma } = (await sign(PAYLOAD)).body;
    for (const folder of ['worker', 'monitor', 'metrics', 'operator']) {
      expect((await validate({ payload, firma }, serviceKey(folder))).status).toBe(403);
    }
    expect((await validate({ payload, firma }, { 'i-api-key': 'logistica.AAAA' })).status).toBe(401);
    expect((await validate({ payload, firma }, { 'i-api-key': 'cualquiera' })).status).toBe(401);
  });
});

test('when the JWKS is read, then it has current and next keys of each kind, public members only', async () => {
  const { status, headers, body } = await autorizador.call('GET', '/.well-known/jwks.json');
  expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=60']);
  const common = { kid: expect.any(String), use: 'sig', x: expect.any(String), nbf: expect.any(Number) };
  const token = { ...common, kty: 'EC', crv: 'P-256', alg: 'ES256', y: expect.any(String) };
  const signature = { ...common, kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' };
  const proof = { ...signature, use: 'prueba' };
  expect(body).toEqual({
    keys: [token, token, signature, signature, proof, proof],
  });
});
