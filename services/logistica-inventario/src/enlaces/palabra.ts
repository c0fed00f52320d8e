import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { decodeBase64url } from '@medisupply/shared/security/base64url';

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
/** OWASP's for scrypt with 32 MiB: about 0.2 s of one core. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const BYTES = 32;

/** As people write it down and type it in: case and spaces do not count. */
const spelled = (palabra: string): string =>
  palabra.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();

/** `s1:<salt>:<hash>` */
export async function hashPalabra(palabra: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(spelled(palabra), salt, BYTES, COST);
  return ['s1', salt.toString('base64url'), hash.toString('base64url')].join(':');
}

export async function isPalabra(stored: string, palabra: string): Promise<boolean> {
  const [version, salt, hash] = stored.split(':');
  const [saltBytes, expected] = [decodeBase64url(salt ?? ''), decodeBase64url(hash ?? '')];
  if (version !== 's1' || !saltBytes || expected?.length !== BYTES) return false;
  return timingSafeEqual(await derive(spelled(palabra), saltBytes, BYTES, COST), expected);
}
