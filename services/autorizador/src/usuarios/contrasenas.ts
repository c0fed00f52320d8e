import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { unavailable } from '@medisupply/shared/http/app-error';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
/** Each hash keeps one core busy for some 30 ms and holds 19 MiB: with the one of sign-ups at most four at once. */
const MAX_AT_ONCE = Math.min(3, availableParallelism());
/** Some seconds' work on one core; whoever comes after that is told to come back. */
const MAX_WAITING = 64;
/** Sign-ups have a queue of their own, so that they keep no login waiting; about a second's work. */
const REGISTRO = { maxAtOnce: 1, maxWaiting: 32, busy: 'Demasiados registros a la vez' };

/** Hashes passwords with a pepper that is not in the database; a few at once. */
export interface Contrasenas {
  /** @throws AppError 503 when too many wait */
  hash(contrasena: string): Promise<string>;
  /**
   * Takes the same time with and without a stored hash, so that nobody learns which users exist. `admit` is called when
   * it is this password's turn, and may throw.
   * @throws AppError 503 when too many wait
   */
  verify(stored: string | undefined, contrasena: string, admit?: () => Promise<void>): Promise<boolean>;
  /** Whether the stored hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

export function createContrasenas(options: {
  pepper: string;
  parameters?: Partial<typeof PARAMETERS>;
  maxAtOnce?: number;
  maxWaiting?: number;
  /** What is said when too many wait. */
  busy?: string;
}): Contrasenas {
  const parameters = { ...PARAMETERS, ...options.parameters };
  const secret = Buffer.from(options.pepper, 'utf8');
  const slots = bulkhead(options.maxAtOnce ?? MAX_AT_ONCE, options.maxWaiting ?? MAX_WAITING);
  const dummy = hashOfNothing(parameters);

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await slots.execute(work);
    } catch (error) {
      if (error instanceof BulkheadRejectedError)
        throw unavailable(options.busy ?? 'Demasiados inicios de sesión a la vez', 1, error, 'contrasenas');
      throw error;
    }
  }

  return {
    hash: (contrasena) => inTurn(() => hash(contrasena, { ...parameters, secret })),
    verify: (stored, contrasena, admit) =>
      inTurn(async () => {
        await admit?.();
        const matches = await verify(stored ?? dummy, contrasena, { secret });
        return matches && stored !== undefined;
      }),
    isOutdated(stored) {
      const { memoryCost, timeCost, parallelism, outputLen } = parseOptions(stored);
      return (
        !stored.startsWith('$argon2id$') ||
        memoryCost !== parameters.memoryCost ||
        timeCost !== parameters.timeCost ||
        parallelism !== parameters.parallelism ||
        outputLen !== parameters.outputLen
      );
    },
  };
}

export const createContrasenasDeRegistro = (pepper: string): Pick<Contrasenas, 'hash'> =>
  createContrasenas({ pepper, ...REGISTRO });

/** A well-formed hash that no password has: verifying against it costs what a real one costs. */
function hashOfNothing({ memoryCost, timeCost, parallelism, outputLen }: typeof PARAMETERS): string {
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${randomBase64(16)}$${randomBase64(outputLen)}`;
}

const randomBase64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
