/** Deliveries by the beginning of their order number. */
import type { Kysely } from 'kysely';
import type { LogisticaTables } from '../tables.ts';
import type { EntregaRow } from './entregas.repository.ts';

/** What decides whether somebody sees a row and wants it, without its ciphertexts. */
export type Candidata = Pick<
  EntregaRow,
  'id' | 'pedido_id' | 'estado' | 'asignada_a' | 'creador_id' | 'confirmada_por'
>;

/** The least text that is greater than every text that begins with `prefix`; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0)!);
  while (points.at(-1) === LAST_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

const LAST_POINT = 0x10ffff;

/** In the order of the index by order number, after the one where a page ended. */
export async function listCandidatas(
  db: Kysely<LogisticaTables>,
  prefix: string,
  { after, limit }: { after: Pick<EntregaRow, 'id' | 'pedido_id'> | undefined; limit: number },
): Promise<Candidata[]> {
  const end = endOfPrefix(prefix);
  let query = db
    .selectFrom('entrega')
    .select(['id', 'pedido_id', 'estado', 'asignada_a', 'creador_id', 'confirmada_por'])
    .where('pedido_id', '>=', prefix);
  if (end !== undefined) query = query.where('pedido_id', '<', end);
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('pedido_id', 'id'), '>', eb.tuple(after.pedido_id, after.id)));
  return query.orderBy('pedido_id').orderBy('id').limit(limit).execute();
}
