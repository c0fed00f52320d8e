/**
 * Whether a proof is genuine, against keys that were kept apart from it: a key that the file brings counts for nothing.
 * The seal over the whole decides; hashes of the parts only tell where a proof was altered.
 */
import type { JsonObject } from './format.ts';
import {
  canonicalText,
  digestOf,
  fromBase64url,
  isObject,
  PROOF_FORMAT,
  PROOF_KEY_USE,
  SEAL_ALG,
  SEAL_TYP,
  sealedText,
  sha256,
  summaryOf,
  toBase64url,
  utf8,
} from './format.ts';
import { isPlainJson } from './plain-json.ts';

/** `revocada`: well made, with a key that was stolen. `ilegible`: no proof at all, or one of another version. */
export type Veredicto = 'autentica' | 'alterada' | 'desconocida' | 'revocada' | 'ilegible';

/** What is wrong with a part. */
export type Defecto =
  'cambiada' | 'anadida' | 'falta' | 'ambigua' | 'contradice' | 'desconocida' | 'revocada';

export interface Hallazgo {
  /** As `partsOf` names it, or `sello`, `resumen.<part>`, `texto`. */
  parte: string;
  defecto: Defecto;
}

/** A signature of the proof, as far as it could be read. Times are ms UTC. */
export interface FirmaLeida {
  kid: string;
  momento: number | undefined;
  /** Since when its key is revoked. */
  revocada: number | undefined;
}

export interface Informe {
  veredicto: Veredicto;
  hallazgos: readonly Hallazgo[];
  /** As it was read: proven only when `veredicto` says so. */
  documento: JsonObject | undefined;
  sello: FirmaLeida | undefined;
  firma: FirmaLeida | undefined;
  /** `ninguna`: none was signed; `no_dada`: its hash is proven, whether a picture is it cannot be said. */
  foto: 'ninguna' | 'no_dada' | 'coincide' | 'otra';
}

export interface Claves {
  keys: readonly JsonObject[];
}

/** The keys of a JWKS; undefined when it is none, or has no key for proofs. */
export function clavesOf(text: string): Claves | undefined {
  const parsed = parse(text);
  if (!isObject(parsed) || !Array.isArray(parsed['keys'])) return undefined;
  const keys = parsed['keys'].filter(isObject);
  return keys.some((key) => key['use'] === PROOF_KEY_USE) ? { keys } : undefined;
}

/** `foto` is the picture that is said to be the delivery's. */
export async function verificarPrueba(
  text: string,
  claves: Claves,
  foto?: Uint8Array<ArrayBuffer>,
): Promise<Informe> {
  const documento = parse(text);
  if (!isObject(documento)) return ilegible(undefined);
  try {
    return await verify(text, documento, claves, foto);
  } catch {
    // Lone surrogates: no platform signs them.
    return ilegible(documento);
  }
}

async function verify(
  text: string,
  documento: JsonObject,
  claves: Claves,
  picture: Uint8Array<ArrayBuffer> | undefined,
): Promise<Informe> {
  const sello = readJws(documento['sello'], SEAL_TYP);
  const firma = readJws(documento['firma'], 'entrega+jws');
  const sealKey = keyOf(claves, sello, PROOF_KEY_USE);
  const isSealed = await covers(sello, sealKey, sealedText(documento));
  const isForeign = sello !== undefined && sealKey === undefined;
  const found = isSealed ? [] : await locate(documento, sello, isForeign);
  if (!isPlainJson(text, documento)) found.push({ parte: 'texto', defecto: 'ambigua' });
  if (isSealed) found.push(...(await contradictions(documento, firma, claves)));
  const firmaKey = keyOf(claves, firma, 'sig');
  if (isSealed && isRevokedAt(sealKey, Infinity)) found.push({ parte: 'sello', defecto: 'revocada' });
  const foto = await photoOf(documento, picture);
  if (foto === 'otra') found.push({ parte: 'foto', defecto: 'cambiada' });
  return {
    veredicto: verdictOf(documento, found),
    hallazgos: found,
    documento,
    sello: described(sello, sealKey),
    firma: described(firma, firmaKey),
    foto,
  };
}

function verdictOf(documento: JsonObject, found: readonly Hallazgo[]): Veredicto {
  const has = (defecto: Defecto) => found.some((one) => one.defecto === defecto);
  if (has('desconocida')) return 'desconocida';
  if (found.some(({ defecto }) => defecto !== 'revocada')) return 'alterada';
  if (documento['formato'] !== PROOF_FORMAT) return 'ilegible';
  return has('revocada') ? 'revocada' : 'autentica';
}

/** Where a proof differs from what was sealed. A help for people: whoever alters more than one thing can mislead it. */
async function locate(
  documento: JsonObject,
  sello: Jws | undefined,
  isForeign: boolean,
): Promise<Hallazgo[]> {
  const stated = documento['resumen'];
  if (!isObject(stated)) return [{ parte: 'resumen', defecto: stated === undefined ? 'falta' : 'cambiada' }];
  const actual = await summaryOf(documento);
  // The seal's header has the summary's hash: an intact one is right against its part, a changed one is what was changed.
  const isIntact = sello?.header['resumen'] === (await digestOf(stated));
  const found = [...new Set([...Object.keys(actual), ...Object.keys(stated)])].flatMap((part): Hallazgo[] => {
    if (actual[part] === stated[part]) return [];
    const [kept, other] = isIntact ? [stated, actual] : [actual, stated];
    const defecto = kept[part] === undefined ? 'anadida' : other[part] === undefined ? 'falta' : 'cambiada';
    return [{ parte: isIntact || !sello ? part : `resumen.${part}`, defecto }];
  });
  if (isForeign) return [...found, { parte: 'sello', defecto: 'desconocida' }];
  return found.length > 0 ? found : [{ parte: 'sello', defecto: sello ? 'cambiada' : 'falta' }];
}

/** What a genuine seal cannot cover up: the courier's own signature, and that the parts speak of one delivery. */
async function contradictions(
  documento: JsonObject,
  firma: Jws | undefined,
  claves: Claves,
): Promise<Hallazgo[]> {
  const found: Hallazgo[] = [];
  const [entrega, datos, recepcion] = ['entrega', 'datos', 'recepcion'].map((name) =>
    isObject(documento[name]) ? documento[name] : {},
  ) as [JsonObject, JsonObject, JsonObject];
  const same: [string, string][] = [
    ['id', 'entrega_id'],
    ['pedido_id', 'pedido_id'],
    ['confirmada_por', 'usuario_id'],
  ];
  for (const [column, field] of same)
    if (entrega[column] !== datos[field]) found.push({ parte: `entrega.${column}`, defecto: 'contradice' });
  const key = keyOf(claves, firma, 'sig');
  if (firma && !key) found.push({ parte: 'firma', defecto: 'desconocida' });
  else if (!(await covers(firma, key, canonicalText(datos))))
    found.push({ parte: 'firma', defecto: 'contradice' });
  else if (isRevokedAt(key, Date.parse(String(recepcion['recibida'] ?? entrega['fecha_entrega']))))
    found.push({ parte: 'firma', defecto: 'revocada' });
  return found;
}

interface Jws {
  header: JsonObject;
  encodedHeader: string;
  signature: Uint8Array<ArrayBuffer>;
}

/** `header..signature` with that type, not verified. */
function readJws(value: unknown, typ: string): Jws | undefined {
  if (typeof value !== 'string') return undefined;
  const [encodedHeader = '', payload, encodedSignature = '', ...more] = value.split('.');
  const headerBytes = fromBase64url(encodedHeader);
  const signature = fromBase64url(encodedSignature);
  if (payload !== '' || more.length > 0 || !headerBytes || signature?.length !== 64) return undefined;
  const header = parse(new TextDecoder().decode(headerBytes));
  if (!isObject(header) || header['alg'] !== SEAL_ALG || header['typ'] !== typ) return undefined;
  return { header, encodedHeader, signature };
}

/** A key is good for one purpose: one of deliveries seals nothing, and the other way round. */
const keyOf = ({ keys }: Claves, jws: Jws | undefined, use: string): JsonObject | undefined =>
  keys.find(
    (key) =>
      jws !== undefined &&
      key['kid'] === jws.header['kid'] &&
      key['use'] === use &&
      key['alg'] === SEAL_ALG &&
      key['crv'] === 'Ed25519',
  );

async function covers(jws: Jws | undefined, jwk: JsonObject | undefined, payload: string): Promise<boolean> {
  const bytes = fromBase64url(String(jwk?.['x']));
  if (!jws || bytes?.length !== 32) return false;
  const key = await crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify']);
  const input = utf8(`${jws.encodedHeader}.${toBase64url(utf8(payload))}`);
  return crypto.subtle.verify('Ed25519', key, jws.signature, input);
}

const isRevokedAt = (key: JsonObject | undefined, moment: number): boolean => {
  const revoked = millisecondsOf(key?.['revoked']);
  return revoked !== undefined && moment >= revoked;
};

const described = (jws: Jws | undefined, key: JsonObject | undefined): FirmaLeida | undefined =>
  jws && {
    kid: String(jws.header['kid']),
    momento: millisecondsOf(jws.header['iat']),
    revocada: millisecondsOf(key?.['revoked']),
  };

const millisecondsOf = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1_000 : undefined;

async function photoOf(
  documento: JsonObject,
  picture: Uint8Array<ArrayBuffer> | undefined,
): Promise<Informe['foto']> {
  const signed = isObject(documento['datos']) ? documento['datos']['foto_sha256'] : undefined;
  if (picture === undefined) return signed === undefined ? 'ninguna' : 'no_dada';
  const hex = Array.from(await sha256(picture), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === signed ? 'coincide' : 'otra';
}

const ilegible = (documento: JsonObject | undefined): Informe => ({
  veredicto: 'ilegible',
  hallazgos: [{ parte: 'texto', defecto: 'ambigua' }],
  documento,
  sello: undefined,
  firma: undefined,
  foto: 'ninguna',
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
