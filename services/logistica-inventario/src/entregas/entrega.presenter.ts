import { isoTime } from '@medisupply/shared/contracts/fields';
import type { EntregaGuardada } from '@medisupply/shared/contracts/logistica/entregas';
import type { Vista } from '@medisupply/shared/contracts/visibilidad';
import type { EntregaRow } from './entregas.repository.ts';

export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

/** The row as it is stored: personal fields stay ciphertext, and `reservada` they stay out. */
export const toEntregaGuardada = (row: EntregaRow, vista: Vista = 'completa'): EntregaGuardada => ({
  id: row.id,
  direccion: vista === 'reservada' ? null : row.direccion,
  destinatario: vista === 'reservada' ? null : row.destinatario,
  ...(vista === 'reservada' ? { reservada: true } : {}),
  pedido_id: row.pedido_id,
  estado: row.estado,
  asignada_a: row.asignada_a,
  orden: row.orden,
  creada_por: row.creada_por,
  confirmada_por: row.confirmada_por,
  nombre_recibe: row.nombre_recibe,
  firma_recibe: vista === 'reservada' ? null : row.firma_recibe,
  integridad_firma: vista === 'reservada' ? null : row.firma,
  fecha_entrega: timeOrNull(row.fecha_entrega),
  creada: isoTime(row.creada),
  actualizada: isoTime(row.actualizada),
});
