/**
 * The proof of a delivery, `entrega-123.pod.json`: how its parts are named, hashed and covered by its seal. Plain
 * functions over parsed JSON, without an import of Node: browsers take this folder, too.
 */
import canonicalize from 'canonicalize';

export const PROOF_FORMAT = 'medisupply.pod.v1';
export const SEAL_ALG = 'EdDSA';
/** Of the seal alone: neither a delivery's signature nor a token can be taken for one. */
export const SEAL_TYP = 'medisupply-pod+jws';
/** `use` of its keys in the JWKS; whoever knows `sig` alone passes them over. */
export const PROOF_KEY_USE = 'prueba';

export type JsonObject = Record<string, unknown>;

/**
 * The parts of a proof, each under a name that tells where it is: `emitida`, `datos.direccion`, `historial[2]`. Seal and
 * summary are not among them. What is empty is a part by itself, so that adding to it shows.
 */
export function partsOf(document: JsonObject): Map<string, unknown> {
  const parts = new Map<string, unknown>();
  for (const [name, value] of Object.entries(document)) {
    if (name === 'resumen' || name === 'sello') continue;
    const inner = Array.isArray(value)
      ? value.map((entry: unknown, index): [string, unknown] => [`${name}[${index}]`, entry])
      : isObject(value)
        ? Object.entries(value).map(([member, entry]): [string, unknown] => [`${name}.${member}`, entry])
        : [];
    if (inner.length === 0) parts.set(name, value);
    for (const [part, entry] of inner) parts.set(part, entry);
  }
  return parts;
}

/** SHA-256 of each part's canonical form: by these an altered proof tells where it was altered. */
export async function summaryOf(document: JsonObject): Promise<Record<string, string>> {
  const parts = [...partsOf(document)];
  const digests = await Promise.all(parts.map(([, value]) => digestOf(value)));
  return Object.fromEntries(parts.map(([name], index) => [name, digests[index]!]));
}

/** SHA-256 of the canonical form (RFC 8785), base64url. @throws Error for what has none */
export const digestOf = async (value: unknown): Promise<string> =>
  toBase64url(await sha256(utf8(canonicalText(value))));

/** What the seal signs: the canonical form of all but the seal itself. */
export function sealedText(document: JsonObject): string {
  const { sello: _, ...sealed } = document;
  return canonicalText(sealed);
}

export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('no canonical form');
  return text;
}

export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const toBase64url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** In its one canonical spelling only: a signature has no second one. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return toBase64url(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
