import { z } from 'zod';
import { id, isoTimestamp, pageQuery, text } from '@medisupply/shared';

export const pedirSaludoBody = z.strictObject({ nombre: text(64) });
export type PedirSaludo = z.output<typeof pedirSaludoBody>;

export const listarSaludosQuery = z.strictObject(pageQuery);
export type ListarSaludos = z.output<typeof listarSaludosQuery>;

export const saludo = z.object({
  id,
  nombre: z.string(),
  texto: z.string(),
  task_id: z.string(),
  creado: isoTimestamp,
});
export type Saludo = z.output<typeof saludo>;

export const saludoPedido = z.object({
  mensaje: z.string(),
  task_id: z.string(),
  status: z.literal('PENDING'),
});
export type SaludoPedido = z.output<typeof saludoPedido>;
