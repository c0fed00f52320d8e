import type { FotoGuardada } from '@medisupply/shared/contracts/logistica/entregas';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { AppError, notFound } from '@medisupply/shared/http/app-error';
import type { Caller, UserCaller } from '@medisupply/shared/http/caller';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import { fieldAad } from '@medisupply/shared/security/field-cipher';
import type { Container } from '../container.ts';
import type { LogisticaTables } from '../tables.ts';
import { assertOpen, entregaCompleta, entregaConfirmable } from './encontrar-entrega.ts';
import { findFoto, hasFoto, insertFoto, removeOlderFotos } from './fotos.repository.ts';
import { assertJpeg } from './jpeg.ts';

type Deps = Pick<Container, 'database' | 'cipher'>;

/** Photos of one delivery that nothing signs yet: one that is replaced while it is signed is still there. */
const MAX_UNSIGNED = 3;

/**
 * Keeps a photo, encrypted, for a confirmation that signs its hash.
 * @throws AppError 400 no JPEG, or with data about who took it where; 404; 409 delivered, cancelled or confirmed
 */
export async function guardarFoto(
  { database, cipher }: Deps,
  entrega_id: number,
  foto: Buffer,
  caller: UserCaller,
): Promise<{ guardada: FotoGuardada; isNew: boolean }> {
  assertJpeg(foto);
  const sha256 = sha256Hex(foto);
  const guardada = { entrega_id, sha256, tamano: foto.length };
  const isNew = await database.unitOfWork.write(
    async (tx) => {
      const entrega = await entregaConfirmable(tx, entrega_id, caller);
      if (await hasFoto(tx, entrega_id, sha256)) return false;
      await assertOpen(tx, entrega);
      await insert(tx, { cipher, caller }, guardada, foto);
      return true;
    },
    { apart: true },
  );
  return { guardada, isNew };
}

async function insert(
  tx: Tx<LogisticaTables>,
  { cipher, caller }: Pick<Deps, 'cipher'> & { caller: UserCaller },
  { entrega_id, sha256, tamano }: FotoGuardada,
  foto: Buffer,
): Promise<void> {
  // In the transaction, as everything that is encrypted: see `recifrar`.
  const datos = cipher.encrypt(foto, aadOf(entrega_id));
  const kid = cipher.kidOf(datos);
  await insertFoto(tx, {
    entrega_id,
    sha256,
    tamano,
    usuario_id: caller.usuario_id,
    subida: Date.now(),
    kid,
    datos,
  });
  await removeOlderFotos(tx, entrega_id, MAX_UNSIGNED);
}

/** The photo that is signed, or the newest before. @throws AppError 404, also for who sees the delivery reserved or not at all */
export async function leerFoto(
  { database, cipher }: Deps,
  entregaId: number,
  caller: Caller,
): Promise<Buffer> {
  await entregaCompleta(database.read, entregaId, caller);
  const row = await findFoto(database.read, entregaId);
  if (!row) throw notFound('La entrega no tiene foto');
  const foto = cipher.decryptBytes(row.datos, aadOf(entregaId));
  if (sha256Hex(foto) !== row.sha256)
    throw new AppError('dato-ilegible', 500, 'Una foto guardada no es la de su huella');
  return foto;
}

const aadOf = (entregaId: number): string => fieldAad('entrega_foto', 'datos', entregaId);
