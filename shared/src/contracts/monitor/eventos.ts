import { z } from 'zod';
import { isoTimestamp } from '../fields.ts';
import { EVENTO_TIPOS, TASK_STATUSES } from '../vocabulary.ts';
import { colas } from './colas.ts';

/** `7-0`, as in `id:` lines; the number alone is taken too. */
export const eventoId = z
  .string()
  .regex(/^\d{1,15}(-0)?$/, { error: 'Debe ser el id de un evento, como 7-0' })
  .transform((value) => Number(value.split('-', 1)[0]));

export const eventosQuery = z.strictObject({
  ultimo: eventoId
    .optional()
    .describe('Último id recibido, para quien no puede enviar la cabecera Last-Event-ID'),
});

/** `event: entrega` (of a delivery) and `event: tarea` (of any other task): what happened, with its `id:`. */
export const evento = z.object({
  id: z.string(),
  tipo: z.enum(EVENTO_TIPOS),
  momento: isoTimestamp,
  entrega_id: z.int().nullable(),
  task_id: z.string().nullable(),
  tarea: z.string().nullable().describe('Nombre completo de la tarea'),
  estado: z.enum(TASK_STATUSES).nullable().describe('Estado de la tarea al publicarse el evento'),
  datos: z.record(z.string(), z.unknown()).nullable().describe('Sin datos personales'),
});

/** `event: colas`: the counts, when they changed. */
export const eventoColas = z.object({ queues: colas, timestamp: isoTimestamp });

/** `event: worker` */
export const eventoWorker = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  estado: z.enum(['up', 'down']),
  timestamp: isoTimestamp,
});

/** `event: redis`: while it is desconectado, events wait and nothing is lost. */
export const eventoRedis = z.object({
  estado: z.enum(['conectado', 'desconectado']),
  timestamp: isoTimestamp,
});

/** `event: hueco`: events after `desde` are gone; read the state again. Its `id:` is where the stream goes on. */
export const eventoHueco = z.object({ desde: z.string(), hasta: z.string(), mensaje: z.string() });

/** `event: fin`: the last one. */
export const eventoFin = z.object({ motivo: z.enum(['sesion_expirada', 'sesion_revocada', 'reinicio']) });

/** The data of each event by its name. */
export interface EventData {
  entrega: z.output<typeof evento>;
  tarea: z.output<typeof evento>;
  colas: z.output<typeof eventoColas>;
  worker: z.output<typeof eventoWorker>;
  redis: z.output<typeof eventoRedis>;
  hueco: z.output<typeof eventoHueco>;
  fin: z.output<typeof eventoFin>;
}
