import { z } from 'zod';
import { id } from '../contracts/fields.ts';
import { defineTask } from './define-task.ts';

export const procesarEntrega = defineTask({
  name: 'logistica.procesar_entrega',
  queue: 'logistica',
  description: 'Aplica una entrega confirmada, una sola vez',
  // The confirmation itself is read from the database: no personal data and no signature travel through Redis.
  params: z.strictObject({ entrega_id: id, _retry_count: z.int().min(0).default(0) }),
  timeLimit: 300_000,
  retry: { via: 'api', max: 3 },
});

export const logisticaTasks = [procesarEntrega] as const;
