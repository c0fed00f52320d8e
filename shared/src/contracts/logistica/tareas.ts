/** Wire schemas of tasks. */
import { z } from 'zod';
import { deliveryFields } from '../delivery-payload.ts';
import { id, isoTimestamp, pageQuery, text, withEcos } from '../fields.ts';
import { EVENTO_TIPOS, LIMITES, TASK_STATUSES } from '../vocabulary.ts';

const taskState = z.enum(TASK_STATUSES);

/** Any task of the registry: `tipo` and that task's parameters, which are checked against its declaration. */
export const encolarTareaBody = z
  .looseObject({ tipo: text(LIMITES.filtro).optional() })
  .describe('`tipo` y los parámetros de esa tarea; GET /tareas los describe');

/** What the worker sends after a transient failure. */
export const retryBody = z.strictObject({
  tipo: z.literal('procesar_entrega'),
  task_id: z.uuid({ error: 'Debe ser un uuid' }),
  entrega_id: id,
  _retry_count: z.int({ error: 'Debe ser un número entero' }).min(0, { error: 'No puede ser negativo' }),
});
export type RetryRequest = z.output<typeof retryBody>;

const { entrega_id: _, ...signedFields } = deliveryFields;

/** What existing clients send instead of POST /entrega/:id/confirmar. */
export const confirmBody = z.strictObject({
  tipo: z.literal('procesar_entrega'),
  entrega_id: id,
  _retry_count: z
    .unknown()
    .optional()
    .describe('Se acepta y se ignora: la misma confirmación se aplica una vez'),
  confirmacion_info: z.strictObject(
    withEcos({
      ...signedFields,
      firma_payload: z.string({ error: 'La firma debe ser una cadena de texto' }),
      usuario_id: id,
      entrega_id: id.optional(),
    }),
  ),
});

export const tareaParams = z.strictObject({ task_id: z.string().min(1).max(64) });

export const listarTareasQuery = z.strictObject({
  ...pageQuery,
  estado: taskState.optional(),
  tipo: text(LIMITES.filtro).optional(),
});
export type ListarTareas = z.output<typeof listarTareasQuery>;

export const tareaEncolada = z
  .object({
    message: z.string(),
    task_id: z.string(),
    task_name: z.string(),
    status: z.literal('PENDING'),
    queue: z.string(),
    timestamp: isoTimestamp,
  })
  .describe('La tarea está guardada y se ejecutará');
export type TareaEncolada = z.output<typeof tareaEncolada>;

const tareaResumen = z.object({
  id: z.string(),
  name: z.string(),
  state: taskState,
  queue: z.string(),
  retry_count: z.int(),
  entrega_id: id.nullable(),
  creada_por: z.string(),
  creada: isoTimestamp,
  terminada: isoTimestamp.nullable(),
  result: z.unknown().describe('null mientras no lo haya, o si es largo: GET /tareas/:task_id lo da siempre'),
  received: isoTimestamp.describe('Como creada'),
  finished: isoTimestamp.nullable().describe('Como terminada'),
  worker: z.string().nullable().describe('El worker que la terminó con éxito'),
  source: z.literal('database'),
});
export type TareaResumen = z.output<typeof tareaResumen>;

const tareasDisponibles = z.array(
  z.object({
    name: z.string(),
    tipo: z.string(),
    description: z.string(),
    queue: z.string(),
    timeout: z.number().describe('Segundos'),
    params: z.record(z.string(), z.unknown()).describe('JSON Schema de los parámetros'),
  }),
);

export const listaTareas = z.object({
  message: z.string(),
  tareas_disponibles: tareasDisponibles,
  tasks: z.array(tareaResumen),
});

export const tareaDetalle = z
  .object({
    task_id: z.string(),
    name: z.string(),
    status: taskState,
    ready: z.boolean().describe('SUCCESS, FAILURE o REVOKED'),
    successful: z.boolean().nullable().describe('null mientras no termine'),
    result: z.unknown().optional(),
    error: z.string().optional(),
    retry_count: z.int(),
    progreso: z.number().optional(),
    queue: z.string(),
    entrega_id: id.nullable(),
    params: z.record(z.string(), z.unknown()).describe('Sin datos personales'),
    timestamp: isoTimestamp,
    broker: z.enum(['disponible', 'no_disponible']),
    historial: z.array(
      z.object({
        tipo: z.enum(EVENTO_TIPOS),
        momento: isoTimestamp,
        datos: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  })
  .describe('El estado de una tarea, leído de la base de datos');
export type TareaDetalle = z.output<typeof tareaDetalle>;
