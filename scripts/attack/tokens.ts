/** Forged, stale, misplaced and foreign tokens, against each service that takes them. */
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { until } from '@medisupply/shared/testing/until';
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
import type { Case } from './suite.ts';
import { firstOf, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'tokens';

/** One restricted read of each service behind the gateway. */
const READS = ['/logistica/entregas', '/autorizador/usuarios', '/monitor/status'];

const header = (target: Target, changes: Record<string, unknown> = {}) => ({
  alg: 'ES256',
  typ: 'at+jwt',
  kid: target.tokenKey().kid,
  ...changes,
});

const ofTheKey = (target: Target) => es256(target.tokenKey().privateKey);

/** Each of these tokens at each service. */
const refusedEverywhere = (target: Target, tokens: readonly string[]) =>
  firstOf(tokens, (token) =>
    firstOf(READS, async (path) =>
      unless(
        await target.call('GET', path, { headers: ['authorization', `Bearer ${token}`] }),
        [401],
        `${path} con ${token.slice(0, 60)}`,
      ),
    ),
  );

const publicPems = async (target: Target): Promise<string[]> => {
  const { json } = worked(await target.call('GET', '/autorizador/.well-known/jwks.json'), 200);
  return (json.keys as Record<string, string>[])
    .filter((jwk) => jwk['alg'] === 'ES256')
    .map((jwk) =>
      createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString(),
    );
};

export const TOKEN_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'control: hecho con la clave robada y bien hecho, pasa',
    async run(target) {
      const token = makeJws(header(target), tokenClaims(), ofTheKey(target));
      for (const path of READS)
        worked(await target.call('GET', path, { headers: ['authorization', `Bearer ${token}`] }), 200);
      return undefined;
    },
  },
  {
    clase,
    nombre: 'ninguno, o algo que no es uno',
    run: (target) =>
      firstOf(READS, async (path) => {
        const bare = unless(await target.call('GET', path), [401], path);
        return (
          bare ??
          firstOf(BAD_AUTHORIZATIONS, async (value) =>
            unless(await target.call('GET', path, { headers: ['authorization', value] }), [401], value),
          )
        );
      }),
  },
  {
    clase,
    nombre: 'en otro sitio, o dos veces',
    run: (target) => {
      const { token } = target.ana;
      const bearer = `Bearer ${token}`;
      return firstOf(
        [
          { headers: ['authorization', token] },
          { headers: ['cookie', `token=${token}`] },
          { headers: ['x-authorization', bearer] },
          { headers: ['proxy-authorization', bearer] },
          { headers: ['authorization', bearer, 'authorization', bearer] },
          { query: `?access_token=${token}` },
        ],
        async ({ headers = [], query = '' }) =>
          unless(await target.call('GET', `/logistica/entregas${query}`, { headers }), [401]),
      );
    },
  },
  {
    clase,
    nombre: 'sin firma',
    run: (target) => {
      const none = `${base64url(header(target, { alg: 'none' }))}.${base64url(tokenClaims())}.`;
      const stripped = makeJws(header(target), tokenClaims(), ofTheKey(target)).replace(/[^.]+$/, '');
      return refusedEverywhere(target, [none, `${none}x`, none.slice(0, -1), stripped]);
    },
  },
  {
    clase,
    nombre: 'HMAC con la clave pública',
    async run(target) {
      const tokens = (await publicPems(target)).flatMap((pem) =>
        ['HS256', 'hs256', 'ES256'].flatMap((alg) =>
          [pem, pem.trim()].map((key) =>
            makeJws(header(target, { alg }), tokenClaims(), (input) =>
              createHmac('sha256', key).update(input).digest(),
            ),
          ),
        ),
      );
      return refusedEverywhere(target, tokens);
    },
  },
  {
    clase,
    nombre: 'firmado con otra clave, también la de las entregas',
    run: (target) => {
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      const delivery = target.signatureKey();
      const eddsa: Signer = (input) => sign(null, Buffer.from(input), delivery.privateKey);
      return refusedEverywhere(target, [
        makeJws(header(target), tokenClaims(), es256(other)),
        makeJws(header(target, { alg: 'RS256' }), tokenClaims(), (input) =>
          sign('sha256', Buffer.from(input), rsa),
        ),
        ...['EdDSA', 'ES256'].map((alg) =>
          makeJws(header(target, { alg, kid: delivery.kid }), tokenClaims(), eddsa),
        ),
      ]);
    },
  },
  {
    clase,
    nombre: 'trae su propia clave o dice dónde está',
    run: (target) => {
      const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = { ...mine.publicKey.export({ format: 'jwk' }), kid: 'mia', use: 'sig', alg: 'ES256' };
      const url = 'http://127.0.0.1:9/jwks.json';
      return refusedEverywhere(
        target,
        [{ jku: url }, { x5u: url }, { jwk }, {}].map((member) =>
          makeJws(header(target, { kid: 'mia', ...member }), tokenClaims(), es256(mine.privateKey)),
        ),
      );
    },
  },
  ...BAD_TOKEN_HEADERS.map(({ name, changes }): Case => ({
    clase,
    nombre: `cabecera: ${name}`,
    run: (target) =>
      refusedEverywhere(target, [makeJws(header(target, changes), tokenClaims(), ofTheKey(target))]),
  })),
  ...BAD_TOKEN_CLAIMS.map(({ name, changes }): Case => ({
    clase,
    nombre: `contenido: ${name}`,
    run: (target) =>
      refusedEverywhere(target, [
        makeJws(header(target), tokenClaims(changes(secondsNow())), ofTheKey(target)),
      ]),
  })),
  {
    clase,
    nombre: 'más de 8 KB',
    run: (target) =>
      refusedEverywhere(target, [
        makeJws(header(target), tokenClaims({ relleno: 'x'.repeat(6_500) }), ofTheKey(target)),
      ]),
  },
  {
    clase,
    nombre: 'contenido cambiado después de firmar',
    run: (target) => {
      const [head, , signature] = target.ana.token.split('.');
      const claims = tokenClaims({ sub: String(target.ana.id), roles: ['Admin'] });
      return refusedEverywhere(target, [`${head}.${base64url(claims)}.${signature}`]);
    },
  },
  {
    clase,
    nombre: 'un refresh token o una firma de entrega en su lugar',
    async run(target) {
      const { nombre, contrasena } = target.ana;
      const login = worked(
        await target.call('POST', '/autorizador/login', { body: { nombre, contrasena } }),
        200,
      );
      const id = await target.newDelivery(target.ana);
      const { firma_payload } = await target.confirmation(target.ana, id);
      return refusedEverywhere(target, [
        login.json.refresh_token,
        firma_payload,
        'null',
        '..',
        'e30.e30.e30',
      ]);
    },
  },
  {
    clase,
    nombre: 'las claves publicadas no llevan nada privado',
    async run(target) {
      const { text } = worked(await target.call('GET', '/autorizador/.well-known/jwks.json'), 200);
      return /"(d|p|q|dp|dq|qi|k)"\s*:/.test(text) ? 'el JWKS tiene un miembro privado' : undefined;
    },
  },
  {
    clase,
    nombre: 'un refresh token usado dos veces termina su sesión',
    async run(target) {
      const { nombre, contrasena } = target.beto;
      const refresh = (refresh_token: string) =>
        target.call('POST', '/autorizador/token/refresh', { body: { refresh_token } });
      const login = worked(
        await target.call('POST', '/autorizador/login', { body: { nombre, contrasena } }),
        200,
      );
      const second = worked(await refresh(login.json.refresh_token), 200);
      return (
        unless(await refresh(login.json.refresh_token), [401], 'el ya usado') ??
        unless(await refresh(second.json.refresh_token), [401], 'el que salió de él')
      );
    },
  },
  {
    clase,
    nombre: 'de alguien desactivado o con otros roles, a los 10 s',
    async run(target) {
      const person = await target.newPerson();
      const path = `/autorizador/usuarios/${person.id}`;
      const list = () => target.call('GET', '/logistica/entregas', { as: person });
      worked(await list(), 200);
      worked(await target.call('PATCH', path, { as: target.admin, body: { activo: false } }), 200);
      try {
        await until(async () => (await list()).status === 401);
      } catch {
        return 'el token de una cuenta desactivada sigue sirviendo';
      }
      return undefined;
    },
  },
  {
    clase,
    nombre: 'una clave de servicio cualquiera, mala o ajena',
    run: (target) =>
      firstOf(['secreto', 'worker.', `operator.${'A'.repeat(43)}`, 'x'.repeat(4_000)], async (key) => {
        const url = `${target.direct('logistica-inventario')}/tareas`;
        const send = (...headers: string[]) => target.wire.send({ method: 'GET', url, headers });
        return (
          unless(await send('i-api-key', key), [401], key.slice(0, 20)) ??
          unless(
            await send('i-api-key', key, 'authorization', `Bearer ${target.ana.token}`),
            [401],
            'junto a un token bueno',
          )
        );
      }),
  },
];
