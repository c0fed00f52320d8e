import { createHash, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError, unavailable } from '../http/app-error.ts';
import type { UserCaller } from '../http/caller.ts';
import { isJsonObject } from './canonical-json.ts';
import type { KeySet } from './key-set.ts';
import type { ProblemCode, Rol } from '../contracts/vocabulary.ts';
import { ROLES } from '../contracts/vocabulary.ts';

export const TOKEN_ISSUER = 'medisupply-autorizador';
export const TOKEN_AUDIENCE = 'medisupply';
export const ACCESS_TOKEN_SECONDS = 15 * 60;
const TOKEN_ALG = 'ES256';
const TOKEN_TYP = 'at+jwt';
/** Of a token with which its user may choose another password, and nothing else. */
export const CHANGE_TOKEN_TYP = 'cambio+jwt';
type TokenTyp = typeof TOKEN_TYP | typeof CHANGE_TOKEN_TYP;
const CLOCK_TOLERANCE_SECONDS = 30;
const MAX_LENGTH = 8 * 1024;
/** No administrator changes a user so often: more was not issued, and would outlive every revocation. */
export const MAX_TOKEN_VERSION = 1_000_000;

export interface TokenSubject {
  usuario_id: number;
  nombre: string;
  roles: readonly Rol[];
  token_version: number;
}

export interface IssuedToken {
  token: string;
  /** Seconds. */
  expira_en: number;
  jti: string;
}

/** A 15-minute access token (ES256, `typ: at+jwt`), signed with autorizador's current token key. */
export function issueAccessToken(
  subject: TokenSubject,
  key: { kid: string; privateKey: KeyObject },
  options: { now?: number; typ?: TokenTyp } = {},
): IssuedToken {
  const iat = Math.floor((options.now ?? Date.now()) / 1000);
  const jti = randomUUID();
  const claims = {
    sub: String(subject.usuario_id),
    nombre: subject.nombre,
    roles: subject.roles,
    tv: subject.token_version,
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    iat,
    exp: iat + ACCESS_TOKEN_SECONDS,
    jti,
  };
  const header = { alg: TOKEN_ALG, typ: options.typ ?? TOKEN_TYP, kid: key.kid } as const;
  const token = jwt.sign(claims, key.privateKey, { algorithm: TOKEN_ALG, header });
  return { token, expira_en: ACCESS_TOKEN_SECONDS, jti };
}

const tokenHeader = z.strictObject({
  alg: z.literal(TOKEN_ALG),
  typ: z.enum([TOKEN_TYP, CHANGE_TOKEN_TYP]),
  kid: z.string().max(64),
});

const tokenClaims = z.object({
  sub: z.string().regex(/^[1-9]\d{0,15}$/),
  nombre: z.string(),
  roles: z.array(z.enum(ROLES)),
  tv: z.int().min(0).max(MAX_TOKEN_VERSION),
  iat: z.int(),
  exp: z.int(),
  jti: z.uuid(),
});

/** The expectations of `verifyAccessToken`; they default to this platform's own, of access tokens. */
export interface TokenExpectations {
  issuer?: string;
  audience?: string;
  typ?: TokenTyp;
  /** Milliseconds. */
  now?: number;
}

/**
 * Who the token speaks for.
 * @throws AppError 401; its code is `clave-desconocida` when the kid is not in the set (a refresh may help), else `no-autenticado`.
 */
export function verifyAccessToken(
  token: string,
  keySet: KeySet,
  expected: TokenExpectations = {},
): UserCaller {
  if (token.length > MAX_LENGTH) throw rejected('El token es demasiado largo');
  // Read before anything is verified: nothing but our own three members, so no jku, jwk, x5u or crit.
  const header = tokenHeader.safeParse(headerOf(token));
  if (!header.success || header.data.typ !== (expected.typ ?? TOKEN_TYP))
    throw rejected('El token no es un token de acceso válido');
  const key = keySet.findTokenKey(header.data.kid);
  if (!key) throw rejected('El token está firmado con una clave desconocida', 'clave-desconocida');

  const now = Math.floor((expected.now ?? Date.now()) / 1000);
  let verified: unknown;
  try {
    verified = jwt.verify(token, key, {
      algorithms: [TOKEN_ALG],
      issuer: expected.issuer ?? TOKEN_ISSUER,
      audience: expected.audience ?? TOKEN_AUDIENCE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxAge: ACCESS_TOKEN_SECONDS,
      clockTimestamp: now,
    });
  } catch (error) {
    throw rejected(error instanceof jwt.TokenExpiredError ? 'El token expiró' : 'El token no es válido');
  }

  // jsonwebtoken takes a token without exp, and one issued in the future.
  const claims = tokenClaims.safeParse(verified);
  if (!claims.success) throw rejected('El token no es un token de acceso válido');
  const { sub, nombre, roles, tv, iat, exp, jti } = claims.data;
  const usuario_id = Number(sub);
  if (
    !Number.isSafeInteger(usuario_id) ||
    iat > now + CLOCK_TOLERANCE_SECONDS ||
    exp - iat > ACCESS_TOKEN_SECONDS
  ) {
    throw rejected('El token no es un token de acceso válido');
  }
  return { kind: 'user', usuario_id, nombre, roles, token_version: tv, jti, exp };
}

/** Verifies tokens for the lifetime of a process: with a cache, and one look for new keys. */
export interface AccessTokenVerifier {
  /**
   * Throws or rejects with AppError 401, or 503 while no public key is known at all: the token may be good. Answers at once unless the token's key is unknown and autorizador is asked
   * for it. Whether the token was revoked is for `createRevocationList` to say.
   */
  verify: (token: string) => UserCaller | Promise<UserCaller>;
}

export interface AccessTokenVerifierOptions {
  keySet: KeySet;
  /** Verified tokens remembered at once. */
  cacheSize?: number;
  typ?: TokenTyp;
  now?: () => number;
}

/**
 * A verified token is remembered by its SHA-256 until it expires, because one client sends the same token with
 * every request. Expiry and withdrawal of its key are looked at every time.
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  const { keySet, cacheSize = 5_000, typ = TOKEN_TYP, now = Date.now } = options;
  const verified = new Map<string, { caller: UserCaller; kid: string; key: KeyObject }>();

  function verifyNow(token: string): UserCaller {
    const digest = createHash('sha256').update(token).digest('base64');
    const hit = verified.get(digest);
    if (hit && now() < hit.caller.exp * 1000 && keySet.findTokenKey(hit.kid) === hit.key) return hit.caller;
    verified.delete(digest);

    const caller = verifyAccessToken(token, keySet, { typ, now: now() });
    const kid = kidOf(token);
    const key = keySet.findTokenKey(kid);
    if (key) {
      // A Map keeps insertion order: the first entry is the oldest.
      if (verified.size >= cacheSize) verified.delete(verified.keys().next().value ?? '');
      verified.set(digest, { caller, kid, key });
    }
    return caller;
  }

  return {
    verify(token) {
      try {
        return verifyNow(token);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'clave-desconocida') throw error;
        return keySet.refreshForUnknownKid(kidOf(token)).then((known) => {
          if (!known) throw keySet.isEmpty() ? noKeys(error) : error;
          return verifyNow(token);
        });
      }
    },
  };
}

const noKeys = (cause: unknown) =>
  unavailable('Aún no hay claves públicas para comprobar el token; inténtelo de nuevo', 2, cause);

const kidOf = (token: string): string => String(headerOf(token)?.['kid']);

function headerOf(token: string): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(
      Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8'),
    );
    return isJsonObject(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

const rejected = (message: string, code: ProblemCode = 'no-autenticado') =>
  new AppError(code, 401, message, {
    headers: { 'WWW-Authenticate': 'Bearer realm="medisupply", error="invalid_token"' },
  });
