/** Links to a delivery for people without an account: made, listed and revoked by whoever may give them away. */
import { randomBytes } from 'node:crypto';
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { CrearEnlace, Enlace, EnlaceNuevo } from '@medisupply/shared/contracts/logistica/enlaces';
import { puedeCompartir } from '@medisupply/shared/contracts/visibilidad';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { conflict, forbidden, notFound } from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import type { Kysely } from 'kysely';
import type { Container } from '../container.ts';
import { timeOrNull } from '../entregas/entrega.presenter.ts';
import { entregaCompleta } from '../entregas/encontrar-entrega.ts';
import type { LogisticaTables } from '../tables.ts';
import type { EnlaceRow } from './enlaces.repository.ts';
import { insertEnlace, listEnlaces, revokeEnlace } from './enlaces.repository.ts';
import { hashPalabra } from './palabra.ts';

const DAY = 24 * 3_600_000;
const DEFAULT_DAYS = 30;
/** The page that reads what stands behind the #. */
const PAGE = '/s#';

type Deps = Pick<Container, 'database' | 'sealLimit'>;

/** @throws AppError 404 for a delivery of others, 403 for those who only carry it, 409 when there are too many */
export async function crearEnlace(
  { database, sealLimit }: Deps,
  entregaId: number,
  { dias = DEFAULT_DAYS, palabra }: CrearEnlace,
  caller: UserCaller,
): Promise<EnlaceNuevo> {
  await assertMayShare(database.read, entregaId, caller);
  const palabra_hash =
    palabra === undefined ? null : await sealLimit.run(caller.usuario_id, () => hashPalabra(palabra));
  const token = randomBytes(32).toString('base64url');
  const now = Date.now();
  const row = await database.unitOfWork.write(async (tx) => {
    const known = await listEnlaces(tx, entregaId, LIMITES.enlace.vivos);
    if (known.length === LIMITES.enlace.vivos && known.every((enlace) => isLive(enlace, now)))
      throw conflict(`La entrega ya tiene ${LIMITES.enlace.vivos} enlaces; revoque alguno`);
    return insertEnlace(tx, {
      entrega_id: entregaId,
      token_hash: sha256Hex(token),
      palabra_hash,
      creado: now,
      creado_por: callerName(caller),
      vence: now + dias * DAY,
      revocado: null,
      ultima_vista: null,
    });
  });
  return { ...toEnlace(row), url: PAGE + token };
}

/** The newest ones, revoked and expired ones among them. */
export async function listarEnlaces(
  { database: { read } }: Pick<Deps, 'database'>,
  entregaId: number,
  caller: UserCaller,
): Promise<Enlace[]> {
  await assertMayShare(read, entregaId, caller);
  return (await listEnlaces(read, entregaId, LIMITES.pagina)).map(toEnlace);
}

export async function revocarEnlace(
  tx: Tx<LogisticaTables>,
  { id: entrega_id, enlace_id }: { id: number; enlace_id: number },
  caller: UserCaller,
): Promise<Enlace> {
  await assertMayShare(tx, entrega_id, caller);
  const row = await revokeEnlace(tx, { id: enlace_id, entrega_id, now: Date.now() });
  if (!row) throw notFound('Enlace no encontrado');
  return toEnlace(row);
}

async function assertMayShare(
  db: Kysely<LogisticaTables>,
  entregaId: number,
  caller: UserCaller,
): Promise<void> {
  const entrega = await entregaCompleta(db, entregaId, caller);
  if (!puedeCompartir(entrega, caller))
    throw forbidden('Solo quien creó la entrega, Despacho o un Admin da enlaces a ella');
}

const isLive = ({ revocado, vence }: EnlaceRow, now: number): boolean => revocado === null && vence > now;

const toEnlace = (row: EnlaceRow): Enlace => ({
  id: row.id,
  creado: isoTime(row.creado),
  creado_por: row.creado_por,
  vence: isoTime(row.vence),
  revocado: timeOrNull(row.revocado),
  con_palabra: row.palabra_hash !== null,
  bloqueado: row.intentos >= LIMITES.enlace.intentos,
  vistas: row.vistas,
  ultima_vista: timeOrNull(row.ultima_vista),
});
