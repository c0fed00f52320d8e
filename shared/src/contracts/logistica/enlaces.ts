/** Wire schemas of a customer's link: who may make one, and what somebody without an account learns by it. */
import { z } from 'zod';
import { id, idInPath, isoTimestamp, text } from '../fields.ts';
import { prueba } from '../prueba.ts';
import { LIMITES } from '../vocabulary.ts';

const { dias, palabra } = LIMITES.enlace;
const diasError = { error: `Debe ser un número de días de 1 a ${dias}` };

export const crearEnlaceBody = z.strictObject({
  dias: z
    .int(diasError)
    .min(1, diasError)
    .max(dias, diasError)
    .optional()
    .describe('Días que vale; 30 si faltan'),
  palabra: text(palabra.maximo, palabra.minimo)
    .optional()
    .describe('Quien la sepa ve también la prueba; no se guarda ni se vuelve a mostrar'),
});
export type CrearEnlace = z.output<typeof crearEnlaceBody>;

export const enlaceParams = z.strictObject({ id: idInPath, enlace_id: idInPath });

export const enlace = z.object({
  id,
  creado: isoTimestamp,
  creado_por: z.string(),
  vence: isoTimestamp,
  revocado: isoTimestamp.nullable(),
  con_palabra: z.boolean(),
  bloqueado: z.boolean().describe('La palabra falló demasiadas veces: el enlace ya no da la prueba'),
  vistas: z.int(),
  ultima_vista: isoTimestamp.nullable(),
});
export type Enlace = z.output<typeof enlace>;

export const enlaceNuevo = enlace.extend({
  url: z
    .string()
    .describe(
      'Relativa a la dirección de la aplicación. Lo que va detrás de # no llega a ningún servidor; no se vuelve a mostrar',
    ),
});
export type EnlaceNuevo = z.output<typeof enlaceNuevo>;

const token = z
  .string({ error: 'Debe ser una cadena de texto' })
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'Enlace no válido' })
  .describe('Lo que va detrás de # en el enlace');

export const seguimientoBody = z.strictObject({ token });

export const seguimiento = z
  .object({
    pedido_id: z.string(),
    estado: z.string(),
    creada: isoTimestamp,
    actualizada: isoTimestamp,
    fecha_entrega: isoTimestamp.nullable(),
    vence: isoTimestamp,
    con_palabra: z.boolean(),
  })
  .describe('Estado, horas y pedido; ningún dato personal');
export type Seguimiento = z.output<typeof seguimiento>;

export const pruebaDeEnlaceBody = z.strictObject({ token, palabra: text(palabra.maximo) });
export const pruebaDeEnlace = prueba;
