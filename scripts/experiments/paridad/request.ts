/** One request as a client of the original system sends it, and what that system answered. Plain data. */

/**
 * What stands in an answer: a type (`string|null`), `=text` for exactly that text, `any` for a key that is only there; an
 * object of them, with further keys allowed; `[shape]` for a list of them.
 */
export type Shape = string | readonly [Shape] | { readonly [key: string]: Shape };

export interface ParityRequest {
  name: string;
  method: string;
  /** Below the address of the gateway. `$word` stands for what was remembered under that word, in headers and bodies as well. */
  path: string;
  /** Whose token it carries; by default the user's. */
  as?: 'nadie' | 'usuario' | 'admin';
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Sent as it is, in the place of `body`. */
  text?: string;
  /** Asked again until the task has ended. */
  untilReady?: true;
  original: { status: number; answer?: Shape; headers?: readonly string[] };
  /** Where the platform answers otherwise on purpose: with this status, and because of this. */
  stricter?: { status: number; reason: string };
  /** Kept for later requests: word → field of the answer, `usuario.id`. */
  remember?: Readonly<Record<string, string>>;
}

export const ERROR = { error: 'string' } as const;

export const CREATED = 'una creación responde 201';
export const ACCEPTED = 'lo que se hará después responde 202';
export const NEEDS_TOKEN = 'leer y escribir exige un token';
export const NO_500 = 'una solicitud mal formada es un 4xx, no un 500';
