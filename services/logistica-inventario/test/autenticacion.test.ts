import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishRevocations, signRevocation } from '@medisupply/shared/security/revocations';
import type { Signer } from '@medisupply/shared/testing/forged-tokens';
import {
  BAD_AUTHORIZATIONS,
  BAD_TOKEN_CLAIMS,
  BAD_TOKEN_HEADERS,
  base64url,
  es256,
  makeJws,
  secondsNow,
  tokenClaims,
} from '@medisupply/shared/testing/forged-tokens';
import { HOSTILE_IDS } from '@medisupply/shared/testing/hostile-values';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { Answer, Operation } from './support.ts';
import {
  call,
  createEntrega,
  operations,
  privateKeys,
  problem,
  send,
  signedBody,
  startFake,
} from './support.ts';

const USER = 7;

let platform: Platform;
let keys: Awaited<ReturnType<typeof privateKeys>>;
let restricted: Operation[];

beforeAll(async () => {
  platform = await startPlatform();
  keys = await privateKeys(platform);
  restricted = (await operations(platform)).filter((operation) => operation.security.length > 0);
});

afterAll(() => platform.close());

const header = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  alg: 'ES256',
  typ: 'at+jwt',
  kid: keys.token.kid,
  ...changes,
});

const jws = (head: Record<string, unknown>, body: unknown, signer = es256(keys.token.privateKey)) =>
  makeJws(head, body, signer);

const publicPem = () =>
  platform.logistica.container.keySet.findTokenKey(keys.token.kid)!.export({ type: 'spki', format: 'pem' });

const list = (headers: string[]): Promise<Answer> => send(platform, 'GET', '/entregas', { headers });
const bearer = (token: string) => list(['authorization', `Bearer ${token}`]);

test('when the routes are counted, then none but the documentation and health is open', () => {
  expect(restricted.length).toBeGreaterThanOrEqual(11);
});

test('when nobody says who they are, then every route is 401 and says how to', async () => {
  for (const { method, path } of restricted) {
    const answer = await send(platform, method, path());
    expect(answer.body).toEqual(
      problem(401, 'no-autenticado', 'Falta la cabecera Authorization: Bearer <token>', path()),
    );
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="medisupply"']);
  }
});

test('when the value of i-api-key is anything, then every route is 401, also beside a good token', async () => {
  const good = platform.token({ id: 1, roles: ['Admin'] });
  for (const { method, path } of restricted) {
    for (const headers of [
      ['i-api-key', 'secreto'],
      ['i-api-key', 'secreto', 'authorization', `Bearer ${good}`],
    ]) {
      const answer = await send(platform, method, path(), { headers });
      expect(answer.body).toEqual(problem(401, 'no-autenticado', 'Clave de servicio no válida', path()));
    }
  }
});

test('when a route takes no service keys, then a good one is 403; where it does, the wrong scope is', async () => {
  const operator = await platform.serviceKey('operator');
  const firmas = await platform.serviceKey('logistica-inventario');
  for (const { method, path, security } of restricted) {
    const takesKeys = security.some((scheme) => 'serviceKey' in scheme);
    const byFirmas = await send(platform, method, path(), { headers: ['i-api-key', firmas] });
    expect([method, path(), byFirmas.status]).toEqual([method, path(), 403]);
    const byOperator = await send(platform, method, path(), { headers: ['i-api-key', operator] });
    expect([method, path(), byOperator.status === 403]).toEqual([method, path(), !takesKeys]);
  }
});

describe('the Authorization header', () => {
  test.for(BAD_AUTHORIZATIONS)('when it is %j, then it is 401', async (value) => {
    expect((await list(['authorization', value])).status).toBe(401);
  });

  test('when the token stands without Bearer, or in the query, a cookie or the body, then it is 401', async () => {
    const token = platform.token({ id: USER });
    const answers = await Promise.all([
      list(['authorization', token]),
      list(['cookie', `token=${token}`]),
      list(['x-authorization', `Bearer ${token}`]),
      send(platform, 'GET', `/entregas?access_token=${token}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  test('when it is sent twice, then it is 401 although both tokens are good', async () => {
    const token = `Bearer ${platform.token({ id: USER })}`;
    const answer = await list(['authorization', token, 'authorization', token]);
    expect(answer).toMatchObject({
      status: 401,
      body: { detail: 'La cabecera authorization está repetida' },
    });
  });

  test('when the scheme is written otherwise, then it is the same scheme', async () => {
    expect((await list(['authorization', `bearer ${platform.token({ id: USER })}`])).status).toBe(200);
  });
});

describe('service keys', () => {
  const withKey = (...headers: string[]) => send(platform, 'GET', '/tareas', { headers });

  test('when a key is changed in any way, then it is 401', async () => {
    const worker = await platform.serviceKey('worker');
    const monitor = await platform.serviceKey('monitor');
    expect((await withKey('i-api-key', worker)).status).toBe(200);
    const secret = worker.slice(worker.indexOf('.') + 1);
    for (const wrong of [
      '',
      'worker',
      'worker.',
      secret,
      `.${secret}`,
      worker.slice(0, -1),
      `${worker}x`,
      worker.toUpperCase(),
      `monitor.${secret}`,
      `worker.${monitor.slice(monitor.indexOf('.') + 1)}`,
      `operator.${'A'.repeat(43)}`,
      'x'.repeat(4_000),
      `${worker},${worker}`,
    ])
      expect([wrong, (await withKey('i-api-key', wrong)).status]).toEqual([wrong, 401]);
  });

  test('when a key is sent twice, as a bearer or in the query, then it is 401', async () => {
    const worker = await platform.serviceKey('worker');
    expect((await withKey('i-api-key', worker, 'i-api-key', worker)).status).toBe(401);
    expect((await withKey('authorization', `Bearer ${worker}`)).status).toBe(401);
    expect((await send(platform, 'GET', `/tareas?i-api-key=${worker}`)).status).toBe(401);
  });

  test('when a good key comes beside a bad token, then it is 401', async () => {
    const worker = await platform.serviceKey('worker');
    expect((await withKey('i-api-key', worker, 'authorization', 'Bearer x')).status).toBe(401);
  });
});

describe('tokens', () => {
  test('when a token is made here as autorizador makes it, then it is taken: the ones below fail for one reason', async () => {
    expect((await bearer(jws(header(), tokenClaims()))).status).toBe(200);
  });

  test('when it is unsigned, then it is 401', async () => {
    const none = `${base64url(header({ alg: 'none' }))}.${base64url(tokenClaims())}.`;
    for (const token of [none, `${none}x`, none.replace(/\.$/, '')])
      expect((await bearer(token)).status).toBe(401);
    const stripped = jws(header(), tokenClaims()).replace(/[^.]+$/, '');
    expect((await bearer(stripped)).status).toBe(401);
  });

  test('when it is an HMAC keyed with the public key, then it is 401', async () => {
    for (const alg of ['HS256', 'hs256', 'ES256']) {
      for (const key of [publicPem(), Buffer.from(publicPem().toString().trim())]) {
        const hmac: Signer = (input) => createHmac('sha256', key).update(input).digest();
        expect((await bearer(jws(header({ alg }), tokenClaims(), hmac))).status).toBe(401);
      }
    }
  });

  test('when it is signed with another kind of key, then it is 401', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const rs256: Signer = (input) => sign('sha256', Buffer.from(input), rsa);
    expect((await bearer(jws(header({ alg: 'RS256' }), tokenClaims(), rs256))).status).toBe(401);
    const eddsa: Signer = (input) => sign(null, Buffer.from(input), keys.delivery.privateKey);
    for (const alg of ['EdDSA', 'ES256'])
      expect((await bearer(jws(header({ alg, kid: keys.delivery.kid }), tokenClaims(), eddsa))).status).toBe(
        401,
      );
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect((await bearer(jws(header(), tokenClaims(), es256(other)))).status).toBe(401);
  });

  test.for(BAD_TOKEN_HEADERS)(
    'when its header has $name, then it is 401 although the right key signed it',
    async ({ changes }) => {
      expect((await bearer(jws(header(changes), tokenClaims()))).status).toBe(401);
    },
  );

  test('when it brings its own key or says where to get it, then it is 401 and nobody is asked', async () => {
    const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...mine.publicKey.export({ format: 'jwk' }), kid: 'mia', use: 'sig', alg: 'ES256' };
    const fake = await startFake((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    try {
      for (const member of [{ jku: fake.url }, { x5u: fake.url }, { jwk }, {}])
        expect(
          (await bearer(jws(header({ kid: 'mia', ...member }), tokenClaims(), es256(mine.privateKey))))
            .status,
        ).toBe(401);
      expect(fake.calls).toEqual([]);
    } finally {
      await fake.close();
    }
  });

  test.for(BAD_TOKEN_CLAIMS)(
    'when it claims $name, then it is 401 although the right key signed it',
    async ({ changes }) => {
      expect((await bearer(jws(header(), tokenClaims(changes(secondsNow()))))).status).toBe(401);
    },
  );

  test('when it is longer than 8 KB, then it is 401 although the right key signed it', async () => {
    const token = jws(header(), tokenClaims({ relleno: 'x'.repeat(6_500) }));
    expect(token.length).toBeGreaterThan(8_192);
    expect(await bearer(token)).toMatchObject({
      status: 401,
      body: { detail: 'El token es demasiado largo' },
    });
  });

  test('when a claim is changed after signing, then it is 401', async () => {
    const [head, , signature] = platform.token({ id: USER }).split('.');
    const forged = `${head}.${base64url(tokenClaims({ sub: String(USER), roles: ['Admin'] }))}.${signature}`;
    expect((await bearer(forged)).status).toBe(401);
  });

  test('when a refresh token or the signature of a delivery is sent in its place, then it is 401', async () => {
    const id = await createEntrega(platform, USER);
    const { firma_payload } = await signedBody(platform, id, USER);
    for (const token of [
      Buffer.alloc(32, 7).toString('base64url'),
      firma_payload,
      'null',
      '..',
      'a.b.c',
      'e30.e30.e30',
    ])
      expect((await bearer(token)).status).toBe(401);
  });

  test('when the claims are not an object, then it is 401', async () => {
    for (const body of ['texto', null, [], 5]) expect((await bearer(jws(header(), body))).status).toBe(401);
  });

  test("when a user's roles change or the user is deactivated, then older tokens are refused within seconds", async () => {
    const token = platform.token({ id: 77, roles: ['Admin'] });
    expect((await bearer(token)).status).toBe(200);
    const signed = signRevocation({ usuario_id: 77, token_version: 2 }, keys.token);
    await publishRevocations(platform.redis!.operator, [signed]);
    await until(async () => (await bearer(token)).status === 401, 5_000);
    expect((await bearer(jws(header(), tokenClaims({ sub: '77', tv: 2 })))).status).toBe(200);
    expect((await bearer(platform.token({ id: 78 }))).status).toBe(200);
  });
});

describe('ids in paths', () => {
  test.for(HOSTILE_IDS)('when the id is %s, then every route is 400 or 404, for an Admin too', async (id) => {
    const token = platform.token({ id: 1, roles: ['Admin'] });
    const body = await signedBody(platform, 1, 1);
    for (const { method, path, hasParams } of restricted) {
      if (!hasParams) continue;
      const wanted = path(id);
      const answer = await send(platform, method, wanted, {
        headers: ['authorization', `Bearer ${token}`, 'content-type', 'application/json'],
        ...(method === 'POST' && wanted.endsWith('confirmar') ? { body: JSON.stringify(body) } : {}),
      });
      expect([method, wanted, [400, 404].includes(answer.status)]).toEqual([method, wanted, true]);
      expect(answer.body).toMatchObject({ status: answer.status, detail: expect.any(String) });
    }
  });
});

test("when user B reaches for A's delivery and task by any route, then it is 404", async () => {
  const a = platform.token({ id: USER });
  const b = platform.token({ id: 8 });
  const id = await createEntrega(platform, USER, { asignada_a: USER });
  const body = await signedBody(platform, id, USER);
  const { task_id } = (await call(platform, 'POST', `/entrega/${id}/confirmar`, { as: a, body })).body;
  const own = await signedBody(platform, id, 8);
  const answers = await Promise.all([
    call(platform, 'GET', `/entrega/${id}`, { as: b }),
    call(platform, 'POST', `/entrega/${id}/confirmar`, { as: b, body: own }),
    call(platform, 'POST', `/entrega/${id}/confirmar`, { as: b, body }),
    call(platform, 'POST', `/entregas/${id}/cancelar`, { as: b }),
    call(platform, 'GET', `/tarea/${task_id}`, { as: b }),
    call(platform, 'GET', `/tareas/${task_id}`, { as: b }),
    call(platform, 'GET', `/reportes/${task_id}.csv`, { as: b }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404, 404]);
  const listed = await call(platform, 'GET', `/entregas?limite=200`, { as: b });
  expect(listed.body.map((row: { id: number }) => row.id)).not.toContain(id);
});
