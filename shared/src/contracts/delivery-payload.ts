/** What a delivery signature covers. autorizador signs it, logistica and the worker compare and verify it. */
import { z } from 'zod';
import { id, pedidoId, text, withEcos } from './fields.ts';
import { LIMITES } from './vocabulary.ts';

/** The device's word: nothing compares it with a clock. */
export const capturado = z.iso
  .datetime({ precision: 3, error: 'Debe ser una hora UTC con milisegundos, como 2026-11-25T10:00:00.000Z' })
  .describe('Hora del dispositivo, UTC con milisegundos');

export const fotoSha256 = z
  .string({ error: 'Debe ser una cadena de texto' })
  .regex(/^[0-9a-f]{64}$/, { error: 'Debe tener 64 dígitos hexadecimales en minúscula' })
  .describe('SHA-256 de la foto de la entrega');

/** Null is what we answer where there is none: sent back, it is as good as left out. */
const orAbsent = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);

export const deliveryFields = {
  direccion: text(LIMITES.direccion),
  nombre_recibe: text(LIMITES.nombre_recibe),
  firma_recibe: text(LIMITES.firma_recibe),
  pedido_id: pedidoId,
  entrega_id: id,
  capturado: orAbsent(capturado),
  foto_sha256: orAbsent(fotoSha256),
};

/** Body of `sign-data`: closed; `usuario_id` is accepted because clients send it, and taken from the token. */
export const signablePayload = z
  .strictObject(withEcos({ ...deliveryFields, usuario_id: id.optional() }), {
    error: 'Debe ser un objeto con los campos de la entrega',
  })
  .describe('Datos de la entrega que se firman');

export type SignablePayload = z.output<typeof signablePayload>;

/**
 * The signed fields: six, and those that may be absent. What is undefined is no member of what gets signed, so that
 * signatures of six fields verify as ever; null is never signed.
 */
export interface DeliveryPayload {
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
  entrega_id: number;
  usuario_id: number;
  capturado?: string | undefined;
  foto_sha256?: string | undefined;
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
  capturado: fields.capturado,
  foto_sha256: fields.foto_sha256,
});
