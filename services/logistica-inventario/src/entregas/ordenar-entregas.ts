import type { OrdenarEntregas } from '@medisupply/shared/contracts/logistica/entregas';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { conflict } from '@medisupply/shared/http/app-error';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { LogisticaTables } from '../tables.ts';
import { listOrdered, setOrden } from './paradas.repository.ts';

/**
 * The order of a courier's stops; what is not named has no place in it any more.
 * @throws AppError 409 when one is not theirs, or not open
 */
export async function ordenarEntregas(
  tx: Tx<LogisticaTables>,
  { asignada_a, entregas }: OrdenarEntregas,
): Promise<OrdenarEntregas> {
  const before = new Map((await listOrdered(tx, asignada_a, entregas)).map(({ id, orden }) => [id, orden]));
  const others = entregas.filter((id) => !before.has(id));
  if (others.length > 0)
    throw conflict(`No las lleva ese usuario, o ya no están abiertas: ${others.join(', ')}`);
  const after = new Map(entregas.map((id, index) => [id, index + 1]));
  const changed = [...before]
    .map(([id, orden]) => ({ id, orden: after.get(id) ?? null, before: orden }))
    .filter((parada) => parada.orden !== parada.before);
  for (const { id, orden } of changed) await setOrden(tx, { id, orden });
  const momento = Date.now();
  await insertEventos(
    tx,
    changed.map(({ id, orden }) => ({
      tipo: 'tomada' as const,
      momento,
      entrega_id: id,
      datos: { asignada_a, orden },
    })),
  );
  return { asignada_a, entregas };
}
