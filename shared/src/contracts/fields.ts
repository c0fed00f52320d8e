/**
 * Building blocks of the wire schemas. Every string that enters the platform passes through `text`:
 * NFC, well-formed UTF-16 and free of control characters, so that it can be signed, stored and shown.
 */
import { z } from 'zod';
import { LIMITES } from './vocabulary.ts';

/** C0/C1 controls except tab and line breaks, plus the bidirectional overrides used to disguise text. */
// oxlint-disable-next-line no-control-regex -- control characters are what this expression is about
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;

/** A non-blank string of at most `max` characters (UTF-16 units), NFC-normalised. */
export function text(max: number, min = 1) {
  return z
    .string({
      error: (issue) => (issue.input === undefined ? 'Campo obligatorio' : 'Debe ser una cadena de texto'),
    })
    .max(max, { error: `Máximo ${max} caracteres`, abort: true })
    .normalize('NFC')
    .min(min, { error: min === 1 ? 'No puede estar vacío' : `Mínimo ${min} caracteres` })
    .max(max, { error: `Máximo ${max} caracteres` })
    .refine((value) => value.trim().length > 0, { error: 'No puede estar vacío' })
    .refine((value) => value.isWellFormed() && !FORBIDDEN.test(value), {
      error: 'Contiene caracteres no permitidos',
    });
}

/** A database id: a positive integer that JavaScript and SQLite both represent exactly. */
export const id = z
  .int({ error: 'Debe ser un número entero' })
  .min(1, { error: 'Debe ser un número entero positivo' })
  .max(Number.MAX_SAFE_INTEGER, { error: 'Fuera de rango' });

/** The same id in a path or a query: digits only, no sign, no leading zero. */
export const idInPath = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, { error: 'Debe ser un número entero positivo' })
  .transform(Number)
  .refine(Number.isSafeInteger, { error: 'Fuera de rango' });

/** An order id: a string; an integer is taken and becomes its string. */
export const pedidoId = z.union(
  [z.int({ error: 'Debe ser texto o un número entero' }).transform(String), text(LIMITES.pedido_id)],
  {
    error: `Debe ser texto de 1 a ${LIMITES.pedido_id} caracteres o un número entero`,
  },
);

/** Fields of our own answers, which a client may send back among its own. */
const ECOS =
  'id direccion reservada pedido_id estado asignada_a items historial creada actualizada creada_por confirmada_por ' +
  'nombre_recibe firma_recibe fecha_entrega integridad_firma firma_verificada firma_clave ' +
  'destinatario orden capturado foto_sha256 ' +
  'payload firma usuario_id entrega_id task_id task_name queue status message timestamp';
export const ignored = z.unknown().optional().describe('Se acepta y se ignora');

/** The shape of a body that also takes what we answered, and ignores it: nobody reads it, its type does not show it. */
export const withEcos = <S extends z.ZodRawShape>(shape: S): S => ({
  ...shape,
  ...Object.fromEntries(
    ECOS.split(' ')
      .filter((name) => !Object.hasOwn(shape, name))
      .map((name) => [name, ignored]),
  ),
});

/** Milliseconds UTC → ISO 8601 with `Z`. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

export const isoTimestamp = z.iso.datetime().describe('ISO 8601, UTC');

const limite = { error: `Debe ser un número de 1 a ${LIMITES.pagina}` };

/** Query of every list: `?limite=…&cursor=…`, newest first. */
export const pageQuery = {
  limite: z
    .string()
    .regex(/^\d{1,3}$/, limite)
    .transform(Number)
    .refine((n) => n >= 1 && n <= LIMITES.pagina, limite)
    .optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,400}$/, { error: 'Cursor no válido' })
    .optional(),
};
