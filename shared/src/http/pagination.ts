import { badRequest } from './app-error.ts';
import type { Reply } from './reply.ts';
import { reply } from './route.ts';

export interface Page<T> {
  items: T[];
  /** Opaque; undefined on the last page. */
  next: string | undefined;
}

/** `rows` holds one more than `limit` when there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => number | string,
  present: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(present),
    next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : undefined,
  };
}

export const encodeCursor = (key: number | string): string => Buffer.from(String(key)).toString('base64url');

/** The id of a numeric cursor. @throws AppError 400 */
export function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const text = decodeTextCursor(cursor);
  const key = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(key)) throw badRequest('Cursor no válido');
  return key;
}

/** The key of a textual cursor. */
export const decodeTextCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');

/** 200 with `body`, and `Link: <…>; rel="next"` when there is more. The address is relative: no header builds it. */
export function pageReply(request: { query: unknown }, next: string | undefined, body: unknown): Reply {
  if (next === undefined) return reply(200, body);
  const query = new URLSearchParams(request.query as Record<string, string>);
  query.set('cursor', next);
  return reply(200, body, { Link: `<?${query.toString()}>; rel="next"` });
}
