import type { Prueba, PruebaSinSello } from '@medisupply/shared/contracts/prueba';
import { conflict } from '@medisupply/shared/http/app-error';
import { verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import { sealProof } from '@medisupply/shared/security/proof-seal';
import type { Container } from '../container.ts';
import { listNombres } from '../usuarios/usuarios.repository.ts';

/**
 * Seals a proof, with the names of those in it. Of what logistica says it believes nothing that it can look at itself: a
 * proof is of one delivery, whose signature its own keys made, in time and over that data.
 * @throws AppError 409 when that is not so
 */
export async function sellarPrueba(
  { claves, db, keySet, now }: Pick<Container, 'claves' | 'db' | 'keySet' | 'now'>,
  sinSello: PruebaSinSello,
): Promise<Prueba> {
  const { entrega, datos, firma, recepcion } = sinSello;
  if (
    entrega.id !== datos.entrega_id ||
    entrega.pedido_id !== datos.pedido_id ||
    entrega.confirmada_por !== datos.usuario_id
  )
    throw conflict('La prueba y los datos firmados no son de la misma entrega');
  const verification = verifyDelivery(firma, datos, keySet.findSignatureKey, {
    now: Date.parse(recepcion.recibida ?? entrega.fecha_entrega),
    isLate: true,
  });
  if (!verification.valid) throw conflict(`No hay prueba: ${verification.motivo}`);
  const personas = await listNombres(db.read, usuariosEn(sinSello));
  return sealProof({ ...sinSello, personas }, claves.proofKey(), now());
}

/** Who appears, by id. */
function usuariosEn({ entrega, historial }: PruebaSinSello): number[] {
  const actores = [entrega.creada_por, ...historial.map(({ actor }) => actor)].flatMap((actor) => {
    const id = /^usuario:(\d+)$/.exec(actor)?.[1];
    return id === undefined ? [] : [Number(id)];
  });
  const ids = [entrega.asignada_a ?? [], entrega.confirmada_por, ...actores].flat();
  return [...new Set(ids)].toSorted((a, b) => a - b);
}
