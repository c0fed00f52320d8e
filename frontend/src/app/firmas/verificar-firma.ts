/**
 * The verification of a delivery's signature as every service does it, in the browser: a detached JWS (RFC 7515,
 * appendix F), EdDSA over the JCS form (RFC 8785) of the signed fields, with the published keys. Only imported when needed.
 */
import canonicalize from 'canonicalize';
import type { JWK } from 'jose';
import { base64url, flattenedVerify, importJWK } from 'jose';
import type { Cabecera, DatosFirmados, Jwks } from './firma';
import { parseObject } from './firma';

/** In the order in which they are made: one that fails leaves the later ones open. */
export const COMPROBACIONES = ['forma', 'algoritmo', 'tipo', 'cabecera', 'clave', 'datos'] as const;
export type Comprobacion = (typeof COMPROBACIONES)[number];
export type Resultado = 'bien' | 'mal' | 'abierta';

export interface Verificacion {
  resultados: Readonly<Record<Comprobacion, Resultado>>;
  /** As far as it could be read. */
  cabecera: Cabecera | undefined;
}

const ALG = 'EdDSA';
const TYP = 'entrega+jws';
const MAX_LENGTH = 1_024;
const MAX_SECONDS = 15 * 60;
const SIGNATURE_BYTES = 64;
const MEMBERS = ['alg', 'exp', 'iat', 'jti', 'kid', 'typ'].join();
const KID = /^[A-Za-z0-9_-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Everything but the dates, which the clock decides anew every second. */
export async function verificarFirma(
  firma: string,
  datos: DatosFirmados | undefined,
  { keys }: Jwks,
): Promise<Verificacion> {
  const parts = partsOf(firma);
  const cabecera = parts && parseObject(new TextDecoder().decode(parts.header));
  const key = keys.find(({ alg, kid, use }) => alg === ALG && use === 'sig' && kid === cabecera?.['kid']);
  return {
    cabecera,
    resultados: await inOrder({
      forma: () => parts?.signature.length === SIGNATURE_BYTES && cabecera !== undefined,
      algoritmo: () => cabecera?.['alg'] === ALG,
      tipo: () => cabecera?.['typ'] === TYP,
      cabecera: () => cabecera !== undefined && isExact(cabecera),
      clave: () => key !== undefined,
      datos: () => datos !== undefined && key !== undefined && covers(firma, datos, key),
    }),
  };
}

async function inOrder(
  checks: Readonly<Record<Comprobacion, () => boolean | Promise<boolean>>>,
): Promise<Verificacion['resultados']> {
  const resultados: Record<Comprobacion, Resultado> = {
    forma: 'abierta',
    algoritmo: 'abierta',
    tipo: 'abierta',
    cabecera: 'abierta',
    clave: 'abierta',
    datos: 'abierta',
  };
  for (const comprobacion of COMPROBACIONES) {
    resultados[comprobacion] = (await checks[comprobacion]()) ? 'bien' : 'mal';
    if (resultados[comprobacion] === 'mal') break;
  }
  return resultados;
}

/** `header..signature`, both in the one canonical spelling of base64url. */
function partsOf(firma: string): { header: Uint8Array; signature: Uint8Array } | undefined {
  const [header, payload, signature, ...more] = firma.split('.');
  if (firma.length > MAX_LENGTH || payload !== '' || more.length > 0) return undefined;
  const decoded = { header: decode(header ?? ''), signature: decode(signature ?? '') };
  return decoded.header && decoded.signature
    ? { header: decoded.header, signature: decoded.signature }
    : undefined;
}

function decode(text: string): Uint8Array | undefined {
  try {
    const bytes = base64url.decode(text);
    return base64url.encode(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Exactly the members that a signature of ours has: nothing else in it is ever looked at. */
function isExact(cabecera: Cabecera): boolean {
  const { kid, jti, iat, exp } = cabecera;
  return (
    Object.keys(cabecera).toSorted().join() === MEMBERS &&
    typeof kid === 'string' &&
    KID.test(kid) &&
    typeof jti === 'string' &&
    UUID.test(jti) &&
    isSeconds(iat) &&
    isSeconds(exp) &&
    exp > iat &&
    exp - iat <= MAX_SECONDS
  );
}

const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

async function covers(firma: string, datos: DatosFirmados, jwk: JWK): Promise<boolean> {
  const [header = '', , signature = ''] = firma.split('.');
  try {
    const payload = base64url.encode(canonicalize(datos) ?? '');
    await flattenedVerify({ protected: header, payload, signature }, await importJWK(jwk, ALG), {
      algorithms: [ALG],
    });
    return true;
  } catch {
    return false;
  }
}
