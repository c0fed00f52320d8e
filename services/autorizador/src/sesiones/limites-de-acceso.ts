import type { Redis } from 'ioredis';
import { tooManyRequests } from '@medisupply/shared/http/app-error';
import type { Counter } from '@medisupply/shared/http/rate-limit';
import { createCounter } from '@medisupply/shared/http/rate-limit';
import { backoff } from '@medisupply/shared/lifecycle/backoff';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import { nombreClave } from '../usuarios/nombre-de-usuario.ts';

const WINDOW_SECONDS = 15 * 60;
const ADDRESS_FAILURES = 100;
const DELAY_SECONDS = { first: 30, max: 15 * 60 };
/** Failures past the first delay are remembered longer than the longest delay, or the delay would never grow. */
const LATER_WINDOW_SECONDS = 60 * 60;

/** How many failures a name may have: from one address, from a browser that logged in before, from anywhere. */
const FAILURES = { par: 5, dispositivo: 5, nombre: 100 } as const;
type Kind = keyof typeof FAILURES;

export interface IntentoDeAcceso {
  nombre: string;
  /** The client's address. */
  direccion: string;
  /** The browser, when it has logged in to this account before. */
  dispositivo: string | undefined;
}

/** Counts failed logins; an account that does not exist counts like any other. */
export interface LimitesDeAcceso {
  /** @throws AppError 429 while the attempt has to wait */
  assertAllowed(intento: IntentoDeAcceso): Promise<void>;
  failed(intento: IntentoDeAcceso): Promise<void>;
  /** Forgets what this client failed; what others failed on the same name stays. */
  succeeded(intento: IntentoDeAcceso): Promise<void>;
}

/**
 * The fifth failure on one name from one address within 15 minutes costs 30 s, each further one twice the one before, up
 * to 15 minutes; on one name from anywhere that begins with the hundredth, so that nobody locks a user out with a few
 * guesses. A browser that logged in to the account before has a count of its own and does not see what strangers do.
 * 100 failures from one address close it for the rest of its 15 minutes.
 */
export function createLimitesDeAcceso(redis: Redis): LimitesDeAcceso {
  const counter = (name: string, seconds: number) =>
    // Only ever counts (`penalty`), so `points` decides nothing.
    createCounter(redis, { name: `login:${name}`, points: Number.MAX_SAFE_INTEGER, seconds });
  const fallos = counter('cuenta', WINDOW_SECONDS);
  const espera = counter('espera', DELAY_SECONDS.first);
  const fallosDeDireccion = counter('direccion', WINDOW_SECONDS);

  async function delayOfAddress(direccion: string): Promise<number> {
    const failures = await fallosDeDireccion.get(direccion);
    return failures && failures.consumedPoints >= ADDRESS_FAILURES ? failures.msBeforeNext : 0;
  }

  return {
    async assertAllowed(intento) {
      const delays = await Promise.all([
        ...keysOf(intento).map(async ({ key }) => (await espera.get(key))?.msBeforeNext ?? 0),
        ...(intento.dispositivo === undefined ? [delayOfAddress(intento.direccion)] : []),
      ]);
      const longest = Math.max(...delays);
      if (longest > 0)
        throw tooManyRequests(
          'Demasiados intentos fallidos; espere antes de volver a intentarlo',
          longest / 1000,
          'acceso',
        );
    },

    async failed(intento) {
      const { dispositivo, direccion } = intento;
      await Promise.all([
        ...keysOf(intento).map(({ kind, key }) => countFailure(fallos, espera, FAILURES[kind], key)),
        ...(dispositivo === undefined ? [fallosDeDireccion.penalty(direccion)] : []),
      ]);
    },

    async succeeded(intento) {
      const own = keysOf(intento).filter(({ kind }) => kind !== 'nombre');
      await Promise.all(own.flatMap(({ key }) => [fallos.delete(key), espera.delete(key)]));
    },
  };
}

async function countFailure(fallos: Counter, espera: Counter, allowed: number, key: string): Promise<void> {
  const { consumedPoints: failures } = await fallos.penalty(key);
  if (failures < allowed) return;
  const delay = backoff(failures - allowed, DELAY_SECONDS);
  await Promise.all([espera.set(key, 1, delay), fallos.set(key, failures, LATER_WINDOW_SECONDS)]);
}

/** Under what an attempt is counted. User names stay out of Redis. */
function keysOf({ nombre, direccion, dispositivo }: IntentoDeAcceso): { kind: Kind; key: string }[] {
  const name = nombreClave(nombre);
  const keyOf = (kind: Kind, ...parts: string[]) => ({
    kind,
    key: sha256Hex([kind, name, ...parts].join('\n')).slice(0, 32),
  });
  return dispositivo === undefined
    ? [keyOf('par', direccion), keyOf('nombre')]
    : [keyOf('dispositivo', dispositivo)];
}
