import { v7 as uuidv7 } from 'uuid';
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { DeliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { guardedByRows } from '@medisupply/shared/db/unit-of-work';
import { AppError, badRequest, conflict, notFound } from '@medisupply/shared/http/app-error';
import { crashPoint } from '@medisupply/shared/lifecycle/crash-point';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { OutboxMessage } from '@medisupply/shared/queueing/store/task-store';
import { canonicalBytes, sha256Hex } from '@medisupply/shared/security/canonical-json';
import { dispatchTask } from '@medisupply/shared/queueing/dispatcher';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import type { Container } from '../container.ts';
import { cifrar, cifrarFirma } from './campos-personales.ts';
import type { Arriving, Situation, StoredAnswer } from './confirmaciones.repository.ts';
import { findSituation, insertConfirmacion, setAnswer } from './confirmaciones.repository.ts';
import { changeState } from './entregas.repository.ts';
import { setFirmada } from './fotos.repository.ts';
import type { LogisticaTables } from '../tables.ts';
import type { ConfirmacionAceptada } from '@medisupply/shared/contracts/logistica/entregas';
import { shareTareas } from '../tareas/tareas.repository.ts';
import type { VerifiedSignature } from './verificar-firma.ts';
import { isFirmaNoValida, verificarFirma } from './verificar-firma.ts';
import { puedeConfirmar } from '@medisupply/shared/contracts/visibilidad';
import { ESTADO_ENTREGA, RESPUESTA } from '@medisupply/shared/contracts/vocabulary';

/** How long an answer waits to be able to say that Redis has the job (ms). */
const ENQUEUE_WAIT = 150;

export interface Confirmacion {
  payload: DeliveryPayload;
  firma: string;
  /** Who confirms: the token's user, or the signed payload's when a service sends it. */
  usuario_id: number;
  /** Whether the user needs no reason to confirm a delivery. */
  admin: boolean;
  /** The optional ids of the body; they must equal the path and the token. */
  claimed: { entrega_id?: number | undefined; usuario_id?: number | undefined };
}

type Deps = Pick<
  Container,
  | 'database'
  | 'cipher'
  | 'hashSeal'
  | 'keySet'
  | 'outbox'
  | 'confirmLimit'
  | 'confirmRate'
  | 'firmasRechazadas'
>;

/**
 * Accepts a signed confirmation: once it has answered 202 the delivery will be applied, whatever fails afterwards.
 * The same confirmation again gets the same answer, also after it expired or was delivered. The state of the delivery is
 * told to nobody whose signature is bad.
 */
export async function confirmarEntrega(
  deps: Deps,
  confirmacion: Confirmacion,
): Promise<ConfirmacionAceptada> {
  const { payload, firma, usuario_id } = confirmacion;
  const received = Date.now();
  assertClaimedIds(confirmacion);
  // Malformed UTF-16 has no canonical form, and is refused further down like any other bad signature.
  const hash = sha256Hex(canonicalBytes({ ...payload, firma: firma.toWellFormed() }));
  const req_hashes = deps.hashSeal.formsOf(hash);
  const arriving = { entrega_id: payload.entrega_id, usuario_id, req_hashes, jti: null };
  const situation = await findSituation(deps.database.read, arriving);
  if (situation?.repeated) return toAnswer(situation.repeated);

  await deps.confirmRate.consume(usuario_id);
  assertVisible(situation, confirmacion);
  return deps.confirmLimit.run(usuario_id, async () => {
    const { jti, verificada } = await verifyOrRecord(deps, confirmacion, received);
    return accept(deps, confirmacion, { ...arriving, jti, verificada, received, verified: Date.now() });
  });
}

interface Acceptance extends Arriving {
  verificada: VerifiedSignature['verificada'];
  received: number;
  verified: number;
}

async function verifyOrRecord(
  deps: Deps,
  { payload, firma, usuario_id }: Confirmacion,
  received: number,
): Promise<VerifiedSignature> {
  try {
    return await verificarFirma(deps, payload, firma, received);
  } catch (error) {
    if (isFirmaNoValida(error)) deps.firmasRechazadas.registrar(payload.entrega_id, usuario_id);
    throw error;
  }
}

/** Steps 3 and 4 of the flow: one write, then as much of an answer as Redis gives within the wait. */
async function accept(
  deps: Deps,
  confirmacion: Confirmacion,
  acceptance: Acceptance,
): Promise<ConfirmacionAceptada> {
  const { relay } = deps.outbox;
  const claimUntil = relay.claim(Date.now());
  const respuesta = claimUntil === 0 ? RESPUESTA.pendiente : RESPUESTA.encolada;

  // The delivery's row is changed by all who decide about it; a signature and a delivery's place are unique.
  const { stored, message } = await deps.database.unitOfWork.write(async (tx) => {
    // A reader's answer may be old when it is acted on.
    const situation = await findSituation(tx, acceptance);
    if (situation?.repeated) return { stored: situation.repeated, message: undefined };
    const { entrega, hasTasks } = confirmable(situation, confirmacion);
    const { capturado = null, foto_sha256 = null } = confirmacion.payload;
    if (foto_sha256 !== null) await firmarFoto(tx, entrega.id, foto_sha256);
    const now = Date.now();
    const task_id = uuidv7();
    await insertConfirmacion(tx, {
      task_id,
      entrega_id: acceptance.entrega_id,
      usuario_id: acceptance.usuario_id,
      jti: acceptance.jti,
      req_hash: acceptance.req_hashes[0],
      // In the transaction: `recifrar` deletes an old key in one of its own, after which nobody may write with it.
      ...cifrar(deps.cipher, acceptance.entrega_id, confirmacion.payload),
      firma: cifrarFirma(deps.cipher, acceptance.entrega_id, confirmacion.firma),
      verificada: acceptance.verificada,
      estado: 'ACEPTADA',
      estado_anterior: entrega.estado,
      respuesta,
      creada: now,
      terminada: null,
      recibida: acceptance.received,
      capturado,
      foto_sha256,
    });
    await changeState(
      tx,
      {
        id: entrega.id,
        estado: ESTADO_ENTREGA.pendiente,
        anterior: entrega.estado,
        momento: now,
        actor: `usuario:${acceptance.usuario_id}`,
        task_id,
      },
      { confirmada_por: acceptance.usuario_id },
    );
    if (hasTasks) await shareTareas(tx, entrega.id);
    await insertEventos(tx, [
      { tipo: 'recibida', momento: acceptance.received, task_id, entrega_id: entrega.id },
      {
        tipo: 'firma',
        momento: acceptance.verified,
        task_id,
        entrega_id: entrega.id,
        datos: { verificada: acceptance.verificada },
      },
      { tipo: 'aceptada', momento: now, task_id, entrega_id: entrega.id },
    ]);
    const dispatched = await dispatchTask(
      tx,
      procesarEntrega,
      { entrega_id: entrega.id, _retry_count: 0 },
      {
        creada_por: `usuario:${acceptance.usuario_id}`,
        task_id,
        entrega_id: entrega.id,
        viewers: { ...entrega, confirmada_por: acceptance.usuario_id },
        claimUntil,
        now,
      },
    );
    crashPoint('api.before_commit');
    return {
      stored: { task_id, entrega_id: entrega.id, respuesta, creada: now },
      message: dispatched.message,
    };
  }, guardedByRows);

  crashPoint('api.after_commit');
  if (!message || claimUntil === 0) return toAnswer(stored);
  if (await enqueued(relay, message)) return toAnswer(stored);
  const pending = { ...stored, respuesta: RESPUESTA.pendiente };
  await deps.database.unitOfWork.write(
    (tx) => setAnswer(tx, pending.task_id, pending.respuesta),
    guardedByRows,
  );
  return toAnswer(pending);
}

function enqueued(relay: Deps['outbox']['relay'], message: OutboxMessage): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ENQUEUE_WAIT);
    void relay.send(message).then((sent) => {
      clearTimeout(timer);
      resolve(sent);
    });
  });
}

/** @throws AppError 404 unknown or not for this user */
function assertVisible(
  situation: Situation | undefined,
  { usuario_id, admin }: Confirmacion,
): asserts situation {
  if (!situation || !puedeConfirmar(situation.entrega, usuario_id, { admin }))
    throw notFound('Entrega no encontrada');
}

/** @throws AppError 404 as above; 409 other order, delivered, cancelled, confirmed already, or a signature used before */
function confirmable(situation: Situation | undefined, confirmacion: Confirmacion): Situation {
  assertVisible(situation, confirmacion);
  const { entrega, isTaken, isUsed } = situation;
  if (entrega.pedido_id !== confirmacion.payload.pedido_id)
    throw conflict('El pedido_id no corresponde a la entrega');
  if (entrega.estado === ESTADO_ENTREGA.entregada) throw conflict('La entrega ya está confirmada');
  if (entrega.estado === ESTADO_ENTREGA.cancelada) throw conflict('La entrega está cancelada');
  if (isTaken) throw conflict('La entrega ya tiene una confirmación en curso');
  if (isUsed) throw conflict('La firma ya se usó');
  return situation;
}

/** The photo stays from now on. @throws AppError 409 when there is no such photo of the delivery */
async function firmarFoto(tx: Tx<LogisticaTables>, entrega_id: number, foto_sha256: string): Promise<void> {
  if (await setFirmada(tx, { entrega_id, foto_sha256 }, true)) return;
  throw new AppError(
    'foto-ausente',
    409,
    'La foto que se firmó no está guardada con esta entrega; súbala y confirme de nuevo',
  );
}

function assertClaimedIds({ payload, usuario_id, claimed }: Confirmacion): void {
  const errors = [];
  if (claimed.entrega_id !== undefined && claimed.entrega_id !== payload.entrega_id) {
    errors.push({ path: 'body.entrega_id', message: 'No coincide con la entrega de la ruta' });
  }
  if (claimed.usuario_id !== undefined && claimed.usuario_id !== usuario_id) {
    errors.push({ path: 'body.usuario_id', message: 'No coincide con el usuario del token' });
  }
  if (errors.length > 0) throw badRequest('Los identificadores no coinciden', { errors });
}

function toAnswer(stored: StoredAnswer): ConfirmacionAceptada {
  return {
    message: 'Tarea enviada',
    entrega_id: stored.entrega_id,
    estado: stored.respuesta,
    task_id: stored.task_id,
    task_name: procesarEntrega.name,
    queue: procesarEntrega.queue,
    status: 'PENDING',
    timestamp: isoTime(stored.creada),
  };
}
