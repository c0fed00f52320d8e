import type { Page } from '@medisupply/shared';
import { decodeCursor, isoTime, pageOf } from '@medisupply/shared';
import type { Container } from '../container.ts';
import { listSaludos } from './saludos.repository.ts';
import type { ListarSaludos, Saludo } from './saludos.schemas.ts';

/** One page, newest first. @throws AppError 400 bad cursor */
export async function listarSaludos(
  { database }: Pick<Container, 'database'>,
  query: ListarSaludos,
): Promise<Page<Saludo>> {
  const limit = query.limite ?? 50;
  const rows = await listSaludos(database.read, { before: decodeCursor(query.cursor), limit: limit + 1 });
  return pageOf(
    rows,
    limit,
    (row) => row.id,
    (row) => ({ ...row, creado: isoTime(row.creado) }),
  );
}
