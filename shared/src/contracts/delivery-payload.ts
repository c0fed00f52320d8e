/** What a delivery signature covers. autorizador signs it, logistica and the worker compare and verify it. */
import { z } from 'zod';
import { id, pedidoId, text, withEcos } from './fields.ts';
import { LIMITES } from './vocabulary.ts';

export const deliveryFields = {
  direccion: text(LIMITES.direccion),
  nombre_recibe: text(LIMITES.nombre_recibe),
  firma_recibe: text(LIMITES.firma_recibe),
  pedido_id: pedidoId,
  entrega_id: id,
};

/** Body of `sign-data`: closed; `usuario_id` is accepted because clients send it, and taken from the token. */
export const signablePayload = z
  .strictObject(withEcos({ ...deliveryFields, usuario_id: id.optional() }), {
    error: 'Debe ser un objeto con los campos de la entrega',
  })
  .describe('Datos de la entrega que se firman');

export type SignablePayload = z.output<typeof signablePayload>;

/** The six signed fields. */
export interface DeliveryPayload {
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
  entrega_id: number;
  usuario_id: number;
}

/** The signed fields and nothing else, whatever else the source object carries. */
export const deliveryPayload = (
  fields: Omit<DeliveryPayload, 'usuario_id'>,
  usuarioId: number,
): DeliveryPayload => ({
  direccion: fields.direccion,
  nombre_recibe: fields.nombre_recibe,
  firma_recibe: fields.firma_recibe,
  pedido_id: fields.pedido_id,
  entrega_id: fields.entrega_id,
  usuario_id: usuarioId,
});
