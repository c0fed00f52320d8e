/**
 * The signature of a delivery: a detached JWS (RFC 7515, appendix F), EdDSA over the JCS bytes of the
 * signed fields. On the wire it is `header..signature`, the field `firma`.
 *
 * jose makes the signatures. Verifying is on the path of every confirmation, and jose's WebCrypto route is
 * asynchronous, half as fast, and accepts several spellings of one signature; so verifying uses node:crypto
 * with a cached key object (about 12,000/s on one core) behind the checks below, and the tests compare both.
 */
import { randomUUID, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { FlattenedSign } from 'jose/jws/flattened/sign';
import { deliveryPayload } from '../contracts/delivery-payload.ts';
import type { DeliveryPayload } from '../contracts/delivery-payload.ts';
import { decodeBase64url } from './base64url.ts';
import { canonicalBytes, isJsonObject } from './canonical-json.ts';
import type { KeyTimes } from './jwks.ts';

export const DELIVERY_SIGNATURE_ALG = 'EdDSA';
export const DELIVERY_SIGNATURE_TYP = 'entrega+jws';
export const DELIVERY_SIGNATURE_SECONDS = 15 * 60;
const CLOCK_SKEW_SECONDS = 60;
/** What a key signed can be received for this long after its last signature. */
export const SIGNATURE_RECEIVED_WITHIN = DELIVERY_SIGNATURE_SECONDS + CLOCK_SKEW_SECONDS;
/** Ours are about 330 characters long. */
const MAX_LENGTH = 1024;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KID = /^[A-Za-z0-9_-]{1,64}$/;
const HEADER_MEMBERS = ['alg', 'exp', 'iat', 'jti', 'kid', 'typ'].join();

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

/** A published Ed25519 key and when it is good. */
export interface SignatureKey extends KeyTimes {
  key: KeyObject;
}

/** `findKey` of `verifyDelivery`: undefined when that kid was never published. */
export type FindKey = (kid: string) => SignatureKey | undefined;

export type RejectionCode =
  | 'malformada'
  | 'algoritmo-no-admitido'
  | 'tipo-no-admitido'
  | 'clave-desconocida'
  | 'no-corresponde'
  | 'clave-revocada'
  | 'clave-fuera-de-plazo'
  | 'expirada'
  | 'fecha-futura';

export type DeliveryVerification =
  | { valid: true; kid: string; jti: string; iat: number; exp: number }
  | { valid: false; codigo: RejectionCode; motivo: string };

const MOTIVOS: Record<RejectionCode, string> = {
  malformada: 'La firma no tiene la forma esperada',
  'algoritmo-no-admitido': 'El algoritmo de la firma no se admite',
  'tipo-no-admitido': 'La firma no es de una entrega',
  'clave-desconocida': 'La clave de la firma no se conoce',
  'no-corresponde': 'La firma no corresponde a los datos',
  'clave-revocada': 'La clave de la firma fue revocada',
  'clave-fuera-de-plazo': 'La clave de la firma no estaba en uso al recibirla',
  expirada: 'La firma expiró',
  'fecha-futura': 'La firma tiene una fecha futura',
};

/**
 * Signs the fields; valid for 15 minutes, with a fresh `jti` (UUID).
 * @throws AppError 400 when a field has no canonical form.
 */
export async function signDelivery(
  payload: DeliveryPayload,
  key: SigningKey,
  options: { now?: number; jti?: string } = {},
): Promise<string> {
  const iat = Math.floor((options.now ?? Date.now()) / 1000);
  const jws = await new FlattenedSign(signedBytes(payload))
    .setProtectedHeader({
      alg: DELIVERY_SIGNATURE_ALG,
      typ: DELIVERY_SIGNATURE_TYP,
      kid: key.kid,
      iat,
      exp: iat + DELIVERY_SIGNATURE_SECONDS,
      jti: options.jti ?? randomUUID(),
    })
    .sign(key.privateKey);
  return `${jws.protected}..${jws.signature}`;
}

/** How a signature is judged by time. */
export interface SignatureMoment {
  /** When the signature was received (ms); now, unless it is verified late. */
  now?: number;
  /** Received before, accepted then, and verified only now: its key may be older than the dates that it was given. */
  isLate?: boolean;
  /** Only whether it covers the data: no date of the signature or its key counts, but one in the future. */
  ignoreExpiry?: boolean;
}

/** Verifies `firma` over the fields. The answer never depends on anything but the published keys and the clock. */
export function verifyDelivery(
  firma: unknown,
  payload: DeliveryPayload,
  findKey: FindKey,
  moment: SignatureMoment = {},
): DeliveryVerification {
  const parsed = parseSignature(firma);
  if (typeof parsed === 'string') return rejected(parsed);
  const { header, encodedHeader, signature } = parsed;

  const found = findKey(header.kid);
  if (!found) return rejected('clave-desconocida');
  const signingInput = Buffer.from(
    `${encodedHeader}.${signedBytes(payload).toString('base64url')}`,
    'latin1',
  );
  if (!verify(null, signingInput, found.key, signature)) return rejected('no-corresponde');

  const now = Math.floor((moment.now ?? Date.now()) / 1000);
  if (header.iat > now + CLOCK_SKEW_SECONDS) return rejected('fecha-futura');
  const untimely = moment.ignoreExpiry ? undefined : untimelyBecause(header, found, now, moment.isLate);
  if (untimely) return rejected(untimely);
  return { valid: true, kid: header.kid, jti: header.jti, iat: header.iat, exp: header.exp };
}

/** What speaks against a signature that was received at `now` (seconds). */
function untimelyBecause(
  header: SignatureHeader,
  key: KeyTimes,
  now: number,
  isLate = false,
): RejectionCode | undefined {
  if (key.revoked !== undefined && now >= key.revoked) return 'clave-revocada';
  if (!isLate && key.nbf !== undefined && now + CLOCK_SKEW_SECONDS < key.nbf) return 'clave-fuera-de-plazo';
  if (key.exp !== undefined && now > key.exp) return 'clave-fuera-de-plazo';
  return now > header.exp + CLOCK_SKEW_SECONDS ? 'expirada' : undefined;
}

/** What a well-formed signature says of itself, unverified; undefined when it is malformed. */
export function headerOfSignature(firma: unknown): SignatureHeader | undefined {
  const parsed = parseSignature(firma);
  return typeof parsed === 'string' ? undefined : parsed.header;
}

export interface SignatureHeader {
  kid: string;
  jti: string;
  iat: number;
  exp: number;
}

interface ParsedSignature {
  header: SignatureHeader;
  encodedHeader: string;
  signature: Buffer;
}

function parseSignature(firma: unknown): ParsedSignature | RejectionCode {
  if (typeof firma !== 'string' || firma.length > MAX_LENGTH) return 'malformada';
  const parts = firma.split('.');
  if (parts.length !== 3 || parts[1] !== '') return 'malformada';
  const encodedHeader = parts[0] ?? '';
  const headerBytes = decodeBase64url(encodedHeader);
  const signature = decodeBase64url(parts[2] ?? '');
  if (!headerBytes || signature?.length !== 64) return 'malformada';

  let header: unknown;
  try {
    header = JSON.parse(headerBytes.toString('utf8'));
  } catch {
    return 'malformada';
  }
  if (!isJsonObject(header)) return 'malformada';
  const checked = checkHeader(header);
  return typeof checked === 'string' ? checked : { header: checked, encodedHeader, signature };
}

/** Exactly the members that `signDelivery` writes: no jku, jwk, x5u, crit or b64 is ever looked at. */
function checkHeader(header: Record<string, unknown>): SignatureHeader | RejectionCode {
  const { alg, typ, kid, iat, exp, jti } = header;
  if (alg !== DELIVERY_SIGNATURE_ALG) return 'algoritmo-no-admitido';
  if (typ !== DELIVERY_SIGNATURE_TYP) return 'tipo-no-admitido';
  if (Object.keys(header).toSorted().join() !== HEADER_MEMBERS) return 'malformada';
  if (typeof kid !== 'string' || !KID.test(kid)) return 'malformada';
  if (typeof jti !== 'string' || !UUID.test(jti)) return 'malformada';
  if (!isSeconds(iat) || !isSeconds(exp)) return 'malformada';
  if (exp <= iat || exp - iat > DELIVERY_SIGNATURE_SECONDS) return 'malformada';
  return { kid, jti, iat, exp };
}

const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const signedBytes = (payload: DeliveryPayload): Buffer =>
  canonicalBytes(deliveryPayload(payload, payload.usuario_id));

const rejected = (codigo: RejectionCode): DeliveryVerification => ({
  valid: false,
  codigo,
  motivo: MOTIVOS[codigo],
});
