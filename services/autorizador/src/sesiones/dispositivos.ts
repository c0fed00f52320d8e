import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { parseCookie, stringifySetCookie } from 'cookie';
import { nombreClave } from '../usuarios/nombre-de-usuario.ts';
import { COOKIE_ATTRIBUTES } from './refresh-cookie.ts';

const NAME = 'dispositivo';
const LIFETIME_MS = 180 * 24 * 3_600_000;
/** Accounts that one browser is known for; the one that logged in longest ago is forgotten first. */
const MAX_ACCOUNTS = 5;
const ENTRY = /^(?<id>[\w-]{22})\.(?<expira>\d{13})\.(?<mac>[\w-]{43})$/;

/** Browsers that logged in to an account before. The cookie opens nothing: it only says whose guesses are counted apart. */
export interface Dispositivos {
  /** The browser's id when it has logged in to this account. */
  conocido(request: Request, nombre: string): string | undefined;
  /** `Set-Cookie` after a login, which keeps what the browser knows of other accounts. */
  cookie(request: Request, nombre: string): string;
}

interface Entry {
  text: string;
  id: string;
  expira: number;
  mac: string;
}

/** @param secret the password pepper: the cookies end with the passwords that they are about */
export function createDispositivos(secret: string, now: () => number): Dispositivos {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'dispositivo conocido', 32));
  const mac = (nombre: string, id: string, expira: number) =>
    createHmac('sha256', key)
      .update([nombreClave(nombre), id, expira].join('\n'))
      .digest('base64url');

  const isFor = (nombre: string) => (entry: Entry) =>
    timingSafeEqual(Buffer.from(entry.mac), Buffer.from(mac(nombre, entry.id, entry.expira)));

  const entriesOf = (request: Request): Entry[] =>
    (parseCookie(request.get('cookie') ?? '')[NAME] ?? '').split('~', MAX_ACCOUNTS).flatMap((text) => {
      const { id = '', expira = '', mac: given = '' } = ENTRY.exec(text)?.groups ?? {};
      return Number(expira) > now() ? [{ text, id, expira: Number(expira), mac: given }] : [];
    });

  return {
    conocido: (request, nombre) => entriesOf(request).find(isFor(nombre))?.id,
    cookie(request, nombre) {
      const entries = entriesOf(request);
      const known = entries.find(isFor(nombre));
      const id = known?.id ?? randomBytes(16).toString('base64url');
      const expira = now() + LIFETIME_MS;
      const others = entries.filter((entry) => entry !== known).map(({ text }) => text);
      return stringifySetCookie({
        ...COOKIE_ATTRIBUTES,
        name: NAME,
        value: [`${id}.${expira}.${mac(nombre, id, expira)}`, ...others].slice(0, MAX_ACCOUNTS).join('~'),
        secure: request.secure,
        maxAge: LIFETIME_MS / 1_000,
      });
    },
  };
}
