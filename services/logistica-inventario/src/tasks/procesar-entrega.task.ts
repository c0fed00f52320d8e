import { guardedByRows } from '@medisupply/shared/db/unit-of-work';
import { setTimeout as delay } from 'node:timers/promises';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { crashPoint } from '@medisupply/shared/lifecycle/crash-point';
import { completeTask } from '@medisupply/shared/queueing/store/task-store';
import { headerOfSignature, verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import { DeferTask, defineHandler, RefusedTask } from '@medisupply/shared/queueing/handler';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { ESTADO_ENTREGA } from '@medisupply/shared/contracts/vocabulary';
import { aplicarConfirmacion, rechazarConfirmacion } from '../entregas/aplicar-confirmacion.ts';
import { descifrar, descifrarFirma } from '../entregas/campos-personales.ts';
import type { ConfirmacionRow } from '../entregas/confirmaciones.repository.ts';
import { findConfirmacion, setVerified } from '../entregas/confirmaciones.repository.ts';
import { findEntregaState } from '../entregas/entregas.repository.ts';
import type { LogisticaTaskContext } from './context.ts';

/** How soon an unverified signature is looked at again while there are no public keys (ms). */
const KEYS_WAIT = 5_000;

/** Applies an accepted confirmation: verifies what could not be verified before, then one write. */
export default defineHandler(procesarEntrega, async ({ entrega_id }, run, context: LogisticaTaskContext) => {
  await injectFaults(context, run.signal);
  const confirmacion = await findConfirmacion(context.database.read, run.task_id);
  if (!confirmacion || confirmacion.entrega_id !== entrega_id) {
    throw new RefusedTask('La tarea no tiene una confirmación guardada');
  }
  const jti = confirmacion.verificada === 'pendiente' ? await verifyLate(context, confirmacion) : undefined;

  const result = {
    entrega_id,
    task_id: run.task_id,
    estado: ESTADO_ENTREGA.entregada,
    intento: run.intento,
    status: ESTADO_ENTREGA.entregada,
    retry_count: run.intento,
    timestamp: isoTime(Date.now()),
    worker: run.worker,
  };
  // That the task is done is a row of its own, once.
  await context.database.unitOfWork.write(async (tx) => {
    const now = Date.now();
    if (!(await completeTask(tx, run, result, { evento: 'aplicada', entrega_id, now }))) return;
    if (jti !== undefined) await setVerified(tx, run.task_id, jti);
    await aplicarConfirmacion(tx, confirmacion, now);
    crashPoint('worker.before_commit');
  }, guardedByRows);
  crashPoint('worker.after_commit');
  return result;
});

/** @returns the signature's nonce. @throws DeferTask without keys; RefusedTask after the refusal has been written */
async function verifyLate(context: LogisticaTaskContext, confirmacion: ConfirmacionRow): Promise<string> {
  const { keySet, cipher, database } = context;
  if (keySet.isEmpty()) await keySet.refresh();
  if (keySet.isEmpty()) throw new DeferTask('Aún no hay claves públicas para verificar la firma', KEYS_WAIT);
  const firma = descifrarFirma(cipher, confirmacion.entrega_id, confirmacion.firma);
  const kid = headerOfSignature(firma)?.kid;
  if (kid !== undefined && !keySet.findSignatureKey(kid)) await keySet.refreshForUnknownKid(kid);

  const entrega = await findEntregaState(database.read, confirmacion.entrega_id);
  const payload = {
    ...descifrar(cipher, confirmacion.entrega_id, confirmacion),
    pedido_id: entrega?.pedido_id ?? '',
    entrega_id: confirmacion.entrega_id,
    usuario_id: confirmacion.usuario_id,
    capturado: confirmacion.capturado ?? undefined,
    foto_sha256: confirmacion.foto_sha256 ?? undefined,
  };
  // What was valid when it came in does not expire, and its key is not revoked, while it waits for keys.
  const verification = verifyDelivery(firma, payload, keySet.findSignatureKey, {
    now: confirmacion.recibida || confirmacion.creada,
    isLate: true,
  });
  if (verification.valid) return verification.jti;
  await database.unitOfWork.write((tx) =>
    rechazarConfirmacion(tx, confirmacion, `Firma no válida: ${verification.motivo}`, Date.now()),
  );
  throw new RefusedTask('Firma no válida');
}

/** The switches for experiments; off unless FAULT_RATE or FAULT_LATENCY_MS say otherwise. */
async function injectFaults({ faults }: LogisticaTaskContext, signal: AbortSignal): Promise<void> {
  if (faults.FAULT_LATENCY_MS > 0) await delay(faults.FAULT_LATENCY_MS, undefined, { signal });
  if (faults.FAULT_RATE > 0 && Math.random() < faults.FAULT_RATE)
    throw new Error('Fallo inyectado por FAULT_RATE');
}
