import { DatabaseBusy } from '../database-busy.ts';

/** What the server or the network says, by the code that it says it with. */
export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Other transactions stood in the way: tried again, it goes through. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

export const isConflict = (error: unknown): boolean => CONFLICTS.has(codeOf(error));

/** Of two that insert the same at once, one may be told so although it looked before: when it looks again, it sees it. */
export const isViolation = (error: unknown): boolean => codeOf(error).startsWith('23');

/** The statement was given up for what others did; its connection is as good as before. */
const OUTWAITED: ReadonlySet<string> = new Set(['55P03', '57014']);

/** Nobody listens, or nobody of that kind: a standby takes no writes. */
const AWAY = /^(08|57P|25006$|25P03$|53300$|ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_)/;
/** The driver's own words, which have no code. */
const AWAY_WORDS =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|not queryable|Cannot use a pool after|has been discarded/;

/** The server went away under a transaction, or could not be reached. */
export class ServerAway extends DatabaseBusy {
  constructor(cause: unknown) {
    super('La base de datos no responde; inténtelo de nuevo', cause);
  }
}

export const isAway = (error: unknown): boolean =>
  AWAY.test(codeOf(error)) || (error instanceof Error && AWAY_WORDS.test(error.message));

/** The error as everybody else knows it. */
export function translated(error: unknown): unknown {
  if (isAway(error)) return new ServerAway(error);
  if (OUTWAITED.has(codeOf(error))) return new DatabaseBusy(undefined, error);
  return error;
}
