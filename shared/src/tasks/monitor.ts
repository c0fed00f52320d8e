import { z } from 'zod';
import { text } from '../contracts/fields.ts';
import { defineTask } from './define-task.ts';

export const healthCheck = defineTask({
  name: 'monitor.health_check',
  queue: 'monitor',
  description: 'Comprueba Redis, cada servicio, cada base de datos y los workers',
  accepted: 'Health check iniciado via dispatcher',
  params: z.strictObject({}),
  timeLimit: 30_000,
  retry: { via: 'queue', max: 3 },
  every: 60_000,
});

/** Characters of JSON; the depth of a body is bounded for all of them. */
const MAX_ACTIVITY = 16_384;

/** What the columns of an activity hold; any other object is kept as it came. */
export const activity = z.strictObject({
  tipo: text(64),
  descripcion: text(512).optional(),
  usuario_id: z.int().min(1).optional(),
  datos: z.record(z.string(), z.json()).optional(),
});

export const logActivity = defineTask({
  name: 'monitor.log_activity',
  queue: 'monitor',
  description: 'Guarda una fila de actividad',
  accepted: 'Log activity enviado via dispatcher',
  params: z.strictObject({
    activity_data: z
      .union([activity, z.record(z.string(), z.json())], { error: 'Debe ser un objeto' })
      .default({})
      .refine((data) => JSON.stringify(data).length <= MAX_ACTIVITY, {
        error: `Máximo ${MAX_ACTIVITY} caracteres en JSON`,
      })
      .describe('Lo que se guarda; su clase se lee de tipo, evento o activity_type'),
  }),
  timeLimit: 60_000,
  retry: { via: 'queue', max: 5 },
});

export const generateMetrics = defineTask({
  name: 'monitor.generate_metrics',
  queue: 'monitor',
  description: 'Mide procesos, equipo, colas y latencias, y guarda la serie',
  accepted: 'Generación de métricas iniciada via dispatcher',
  params: z.strictObject({}),
  timeLimit: 120_000,
  retry: { via: 'queue', max: 3 },
  every: 60_000,
});

export const pingLogistica = defineTask({
  name: 'monitor.ping_logistica',
  queue: 'monitor',
  description: 'Ping a logística con su tiempo medido',
  params: z.strictObject({}),
  timeLimit: 5_000,
  retry: { via: 'queue', max: 1 },
});

export const monitorTasks = [healthCheck, logActivity, generateMetrics, pingLogistica] as const;
