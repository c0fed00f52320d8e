/** Wire schemas of autorizador. */
import { z } from 'zod';
import { deliveryFields, signablePayload } from './delivery-payload.ts';
import { id, isoTimestamp, text } from './fields.ts';
import { LIMITES, ROLES } from './vocabulary.ts';

export const rol = z.enum(ROLES, { error: `Debe ser uno de: ${ROLES.join(', ')}` });

/**
 * Letters and digits of any language, spaces between them and `._@+'-`: nothing that could be read as markup, and
 * nothing that does not show.
 */
const NOMBRE =
  /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+'-]*[\p{L}\p{M}\p{N}._@+'-]$/u;

const { nombre_usuario, contrasena } = LIMITES;

export const nombreNuevo = text(nombre_usuario.maximo, nombre_usuario.minimo).refine(
  (nombre) => NOMBRE.test(nombre),
  {
    error: "Use letras, números, espacios y . _ @ + ' -; empiece con letra o número y no termine con espacio",
  },
);

export const contrasenaNueva = text(contrasena.maximo, contrasena.minimo);

export const signupBody = z.strictObject({
  nombre: nombreNuevo,
  contrasena: contrasenaNueva,
  roles: z.unknown().optional().describe('Se acepta y se ignora: el rol siempre es usuario'),
});

export const signupResponse = z.object({
  mensaje: z.string(),
  token: z.string(),
  usuario: z.object({ id, nombre: z.string(), roles: z.array(rol) }),
});

export const loginBody = z.strictObject({
  nombre: text(nombre_usuario.maximo),
  contrasena: text(contrasena.maximo),
});

export const loginResponse = z.object({
  mensaje: z.string(),
  token: z.string().describe('JWT de acceso'),
  refresh_token: z.string().optional().describe('Los navegadores lo reciben como cookie HttpOnly y no aquí'),
  expira_en: z.int().describe('Segundos'),
});

const refreshToken = z
  .string({ error: 'Debe ser una cadena de texto' })
  .regex(/^[A-Za-z0-9_-]{43}$/, { error: 'refresh_token no válido' });

export const refreshBody = z.strictObject({ refresh_token: refreshToken.optional() });

export const refreshResponse = loginResponse.omit({ mensaje: true });

export const logoutBody = z.strictObject({
  refresh_token: refreshToken.optional(),
  todas: z
    .boolean({ error: 'Debe ser true o false' })
    .optional()
    .describe('Cierra todas las sesiones del usuario'),
});

export const messageResponse = z.object({ mensaje: z.string() });

export const signDataBody = z.strictObject({ payload: signablePayload });

const signedPayload = z.object({ ...deliveryFields, pedido_id: z.string(), usuario_id: id });

export const signDataResponse = z.object({
  payload: signedPayload,
  firma: z.string().describe('JWS separado: header..signature'),
  usuario_id: id,
  timestamp: isoTimestamp,
});

export const validateSignatureBody = z.strictObject({
  payload: signablePayload,
  firma: z
    .string({
      error: (issue) => (issue.input === undefined ? 'Campo obligatorio' : 'Debe ser una cadena de texto'),
    })
    .max(LIMITES.firma, { error: `Máximo ${LIMITES.firma} caracteres` }),
});

export const validateSignatureResponse = z.object({
  payload: signedPayload,
  firma: z.string(),
  timestamp: isoTimestamp,
  firma_valida: z.boolean(),
  motivo: z.string().optional().describe('Por qué no es válida'),
});

export const usuario = z.object({
  id,
  nombre: z.string(),
  roles: z.array(rol),
  activo: z.boolean(),
  creado: isoTimestamp,
});

export const modificarUsuarioBody = z
  .strictObject({
    roles: z
      .array(rol, { error: 'Debe ser una lista de roles' })
      .min(1, { error: 'Debe tener al menos un rol' })
      .max(ROLES.length, { error: 'Hay roles repetidos' })
      .refine((roles) => new Set(roles).size === roles.length, { error: 'Hay roles repetidos' })
      .optional(),
    activo: z.boolean({ error: 'Debe ser true o false' }).optional(),
  })
  .refine((cambios) => cambios.roles !== undefined || cambios.activo !== undefined, {
    error: 'Indique roles o activo',
  });

export const jwksResponse = z.object({ keys: z.array(z.looseObject({ kid: z.string(), alg: z.string() })) });

export type Signup = z.output<typeof signupBody>;
export type Login = z.output<typeof loginBody>;
export type Usuario = z.output<typeof usuario>;
export type ModificarUsuario = z.output<typeof modificarUsuarioBody>;
