/** What somebody without an account learns by a link. */
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { Seguimiento } from '@medisupply/shared/contracts/logistica/enlaces';
import type { Prueba } from '@medisupply/shared/contracts/prueba';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { forbidden, notFound } from '@medisupply/shared/http/app-error';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import type { Container } from '../container.ts';
import { timeOrNull } from '../entregas/entrega.presenter.ts';
import type { EntregaRow } from '../entregas/entregas.repository.ts';
import { findEntrega } from '../entregas/entregas.repository.ts';
import { pruebaDe } from '../pruebas/prueba-de-entrega.ts';
import type { EnlaceRow } from './enlaces.repository.ts';
import { countView, findByToken, forgetAttempts, useAttempt } from './enlaces.repository.ts';
import { isPalabra } from './palabra.ts';

type Deps = Pick<
  Container,
  'database' | 'cipher' | 'autorizador' | 'sealLimit' | 'seguimientoRate' | 'palabraRate'
>;

/** State, times and order; counted. @throws AppError 404, the same for unknown, expired and revoked; 429 */
export async function seguirEntrega(deps: Deps, token: string, address: string): Promise<Seguimiento> {
  await deps.seguimientoRate.consume(address);
  const { enlace, entrega } = await follow(deps, token);
  await deps.database.unitOfWork.write((tx) => countView(tx, enlace.id, Date.now()));
  return {
    pedido_id: entrega.pedido_id,
    estado: entrega.estado,
    creada: isoTime(entrega.creada),
    actualizada: isoTime(entrega.actualizada),
    fecha_entrega: timeOrNull(entrega.fecha_entrega),
    vence: isoTime(enlace.vence),
    con_palabra: enlace.palabra_hash !== null,
  };
}

/**
 * The proof, for whoever knows the word as well.
 * @throws AppError 404 as above; 403 for a wrong word, a link without one, and one that too many were tried with; 429
 */
export async function pruebaPorEnlace(
  deps: Deps,
  { token, palabra }: { token: string; palabra: string },
  address: string,
): Promise<{ prueba: Prueba; id: number }> {
  await deps.palabraRate.consume(address);
  const { enlace, entrega } = await follow(deps, token);
  const { unitOfWork } = deps.database;
  const { id, palabra_hash } = enlace;
  if (palabra_hash === null) throw forbidden('Este enlace no da la prueba');
  return deps.sealLimit.run(address, async () => {
    if (!(await unitOfWork.write((tx) => useAttempt(tx, id, LIMITES.enlace.intentos))))
      throw forbidden('La palabra falló demasiadas veces; pida otro enlace');
    if (!(await isPalabra(palabra_hash, palabra))) throw forbidden('La palabra no es correcta');
    await unitOfWork.write((tx) => forgetAttempts(tx, id));
    return { prueba: await pruebaDe(deps, entrega), id: entrega.id };
  });
}

async function follow(
  { database: { read } }: Pick<Deps, 'database'>,
  token: string,
): Promise<{ enlace: EnlaceRow; entrega: EntregaRow }> {
  const enlace = await findByToken(read, sha256Hex(token), Date.now());
  const entrega = enlace && (await findEntrega(read, enlace.entrega_id));
  if (!entrega) throw notFound('Este enlace no existe o ya no vale');
  return { enlace, entrega };
}
