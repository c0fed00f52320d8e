import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { tooManyRequests } from '@medisupply/shared/http/app-error';
import { backoff } from '@medisupply/shared/lifecycle/backoff';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import { nombreClave } from '../usuarios/nombre-de-usuario.ts';

const WINDOW_SECONDS = 15 * 60;
const ACCOUNT_FAILURES = 5;
const ADDRESS_FAILURES = 100;
const DELAY_SECONDS = { first: 30, max: 15 * 60 };
/** Failures past the fifth are remembered longer than the longest delay, or the delay would never grow. */
const LATER_WINDOW_SECONDS = 60 * 60;
/** Redis gets this long before the counters in memory are used instead (ms). */
const REDIS_DEADLINE_MS = 250;

export interface IntentoDeAcceso {
  nombre: string;
  /** The client's address. */
  direccion: string;
}

/** Counts failed logins, per account and per address; an account that does not exist counts like any other. */
export interface LimitesDeAcceso {
  /** @throws AppError 429 while the account or the address has to wait */
  assertAllowed(intento: IntentoDeAcceso): Promise<void>;
  failed(intento: IntentoDeAcceso): Promise<void>;
  /** Forgets the failures of the account; those of the address stay. */
  succeeded(intento: IntentoDeAcceso): Promise<void>;
}

/**
 * The fifth failure within 15 minutes costs 30 s, each further one twice the one before, up to 15 minutes; 100 failures
 * from one address close it for the rest of its 15 minutes. In Redis, so that replicas share the counts; in the memory
 * of this process while Redis is away.
 */
export function createLimitesDeAcceso(redis: Redis): LimitesDeAcceso {
  const fallosDeCuenta = counter(redis, 'cuenta', WINDOW_SECONDS);
  const espera = counter(redis, 'espera', DELAY_SECONDS.first);
  const fallosDeDireccion = counter(redis, 'direccion', WINDOW_SECONDS);

  return {
    async assertAllowed({ nombre, direccion }) {
      const [waiting, fromAddress] = await Promise.all([
        espera.get(keyOf(nombre)),
        fallosDeDireccion.get(direccion),
      ]);
      const delays = [
        waiting?.msBeforeNext ?? 0,
        fromAddress && fromAddress.consumedPoints >= ADDRESS_FAILURES ? fromAddress.msBeforeNext : 0,
      ];
      const longest = Math.max(...delays);
      if (longest > 0)
        throw tooManyRequests(
          'Demasiados intentos fallidos; espere antes de volver a intentarlo',
          longest / 1000,
        );
    },

    async failed({ nombre, direccion }) {
      const key = keyOf(nombre);
      const [ofAccount] = await Promise.all([
        fallosDeCuenta.penalty(key),
        fallosDeDireccion.penalty(direccion),
      ]);
      const failures = ofAccount.consumedPoints;
      if (failures < ACCOUNT_FAILURES) return;
      const delay = backoff(failures - ACCOUNT_FAILURES, DELAY_SECONDS);
      await Promise.all([espera.set(key, 1, delay), fallosDeCuenta.set(key, failures, LATER_WINDOW_SECONDS)]);
    },

    async succeeded({ nombre }) {
      await Promise.all([fallosDeCuenta.delete(keyOf(nombre)), espera.delete(keyOf(nombre))]);
    },
  };
}

function counter(redis: Redis, name: string, duration: number): RateLimiterAbstract {
  // Only ever counts (`penalty`), so `points` decides nothing.
  const settings = { keyPrefix: `medisupply:login:${name}`, points: Number.MAX_SAFE_INTEGER, duration };
  const limiter = new RateLimiterRedis({
    ...settings,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(settings),
  });
  return new RLWrapperTimeouts({ keyPrefix: settings.keyPrefix, limiter, timeoutMs: REDIS_DEADLINE_MS });
}

/** User names stay out of Redis. */
const keyOf = (nombre: string): string => sha256Hex(nombreClave(nombre)).slice(0, 32);
