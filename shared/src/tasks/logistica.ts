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

export const validarInventario = defineTask({
  name: 'logistica.validar_inventario',
  queue: 'logistica',
  description: 'Dice si hay existencias disponibles de un producto',
  accepted: 'Validación enviada via dispatcher',
  params: z.strictObject({
    producto_id: id,
    cantidad: z
      .int({ error: 'Debe ser un número entero' })
      .min(1, { error: 'Debe ser 1 o mayor' })
      .max(1_000_000_000, { error: 'Fuera de rango' }),
  }),
  timeLimit: 60_000,
  retry: { via: 'queue', max: 3 },
});

const error = 'Debe ser una fecha AAAA-MM-DD o DD/MM/AAAA, o fecha y hora ISO 8601';

/** An hour without a zone is in the zone of the process where it comes in (`TZ`), and UTC from there on. */
const momento = z.iso
  .datetime({ local: true, offset: true })
  .transform((value) => new Date(value).toISOString());

const diaConBarras = z
  .string()
  .regex(/^\d{1,2}\/\d{1,2}\/\d{4}$/)
  .transform((value) => {
    const [dia = '', mes = '', ano = ''] = value.split('/');
    return `${ano}-${mes.padStart(2, '0')}-${dia.padStart(2, '0')}`;
  })
  .pipe(z.iso.date());

const fecha = z
  .union([z.iso.date(), z.iso.datetime(), momento, diaConBarras, z.null()], { error })
  .optional();

/** A day is included whole. @returns the first millisecond after the period */
export const endOfPeriod = (fecha_fin: string): number =>
  Date.parse(fecha_fin) + (fecha_fin.length === 'AAAA-MM-DD'.length ? 24 * 3_600_000 : 0);

export const generarReporte = defineTask({
  name: 'logistica.generar_reporte',
  queue: 'logistica',
  description:
    'Reúne las cifras de un periodo: entregas, latencias, reintentos, firmas rechazadas y productos',
  accepted: 'Reporte enviado via dispatcher',
  params: z
    .strictObject({
      fecha_inicio: fecha.describe('Incluida; null, desde el principio; por defecto, 30 días antes del fin'),
      fecha_fin: fecha.describe('Incluida si es un día; por defecto, ahora'),
    })
    .refine(
      ({ fecha_inicio, fecha_fin }) =>
        !fecha_inicio ||
        !fecha_fin ||
        fecha_inicio === fecha_fin ||
        Date.parse(fecha_inicio) < endOfPeriod(fecha_fin),
      {
        error: 'Debe ser posterior a fecha_inicio',
        path: ['fecha_fin'],
      },
    ),
  timeLimit: 600_000,
  retry: { via: 'queue', max: 3 },
});

export const invariantes = defineTask({
  name: 'logistica.invariantes',
  queue: 'logistica',
  description:
    'Comprueba que cada entrega se aplicó y debitó una vez, y que las existencias son la suma de sus movimientos',
  params: z.strictObject({}),
  timeLimit: 600_000,
  retry: { via: 'queue', max: 3 },
  every: 900_000,
});

export const logisticaTasks = [procesarEntrega, validarInventario, generarReporte, invariantes] as const;
