/** Wire schemas of autorizador. */
import { z } from 'zod';
import { capturado, deliveryFields, fotoSha256, signablePayload } from './delivery-payload.ts';
import { id, isoTimestamp, text, withEcos } from './fields.ts';
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
  token: z.string().optional().describe('Falta mientras un administrador no apruebe la cuenta'),
  usuario: z.object({
    id,
    nombre: z.string(),
    roles: z.array(rol),
    activo: z.literal(false).optional().describe('Solo si un administrador debe aprobar la cuenta'),
  }),
});

/** Who may sign up: anybody, anybody whom an Admin then admits, nobody. */
export const registro = z.enum(['abierto', 'aprobado', 'cerrado'], {
  error: 'Use abierto, aprobado o cerrado',
});

export const registroResponse = z.object({
  registro,
  primer_acceso: z.boolean().describe('El primer administrador tiene aún la contraseña con que nació'),
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
  usuario: z.object({ id, nombre: z.string(), roles: z.array(rol) }),
  cambiar_contrasena: z
    .literal(true)
    .optional()
    .describe('La contraseña era de un solo uso: el token solo sirve para POST /contrasena'),
});

const refreshToken = z
  .string({ error: 'Debe ser una cadena de texto' })
  .regex(/^[A-Za-z0-9_-]{43}$/, { error: 'refresh_token no válido' });

export const refreshBody = z.strictObject({ refresh_token: refreshToken.optional() });

export const refreshResponse = loginResponse.omit({ mensaje: true, usuario: true, cambiar_contrasena: true });

export const logoutBody = z.strictObject({
  refresh_token: refreshToken.optional(),
  todas: z
    .boolean({ error: 'Debe ser true o false' })
    .optional()
    .describe('Cierra todas las sesiones del usuario'),
});

export const contrasenaBody = z.strictObject({ actual: text(contrasena.maximo), nueva: contrasenaNueva });

export const contrasenaResponse = loginResponse.omit({ cambiar_contrasena: true });

export const messageResponse = z.object({ mensaje: z.string() });

export const signDataBody = z.strictObject(withEcos({ payload: signablePayload }));

const signedPayload = z.object({
  ...deliveryFields,
  pedido_id: z.string(),
  usuario_id: id,
  capturado: capturado.optional(),
  foto_sha256: fotoSha256.optional(),
});

export const signDataResponse = z.object({
  payload: signedPayload,
  firma: z.string().describe('JWS separado: header..signature'),
  usuario_id: id,
  timestamp: isoTimestamp,
});

export const validateSignatureBody = z.strictObject(
  withEcos({
    payload: signablePayload,
    firma: z
      .string({
        error: (issue) => (issue.input === undefined ? 'Campo obligatorio' : 'Debe ser una cadena de texto'),
      })
      .max(LIMITES.firma, { error: `Máximo ${LIMITES.firma} caracteres` }),
  }),
);

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
  pendiente: z.literal(true).optional().describe('Se registró y espera a que un administrador la active'),
  contrasena_temporal: isoTimestamp
    .optional()
    .describe('Hasta cuándo vale la contraseña de un solo uso que le dio un administrador'),
});

const roles = z
  .array(rol, { error: 'Debe ser una lista de roles' })
  .min(1, { error: 'Debe tener al menos un rol' })
  .max(ROLES.length, { error: 'Hay roles repetidos' })
  .refine((list) => new Set(list).size === list.length, { error: 'Hay roles repetidos' });

export const crearUsuarioBody = z.strictObject({
  nombre: nombreNuevo,
  contrasena: contrasenaNueva
    .optional()
    .describe('Sin ella, la respuesta trae una de un solo uso que hay que cambiar al entrar'),
  roles: roles.optional().describe('usuario si faltan'),
});

const contrasenaDada = z.string().describe('De un solo uso; no se vuelve a mostrar');

export const crearUsuarioResponse = z.object({ usuario, contrasena: contrasenaDada.optional() });

export const darContrasenaResponse = z.object({ usuario, contrasena: contrasenaDada });

export const mensajero = z.object({ id, nombre: z.string() });

export const modificarUsuarioBody = z
  .strictObject({
    roles: roles.optional(),
    activo: z.boolean({ error: 'Debe ser true o false' }).optional(),
  })
  .refine((cambios) => cambios.roles !== undefined || cambios.activo !== undefined, {
    error: 'Indique roles o activo',
  });

const seconds = z.int().optional();

export const jwksResponse = z.object({
  keys: z.array(
    z.looseObject({
      kid: z.string(),
      alg: z.string(),
      nbf: seconds.describe('Desde cuándo vale lo que firma (segundos)'),
      exp: seconds.describe('Hasta cuándo se recibe lo que firmó (segundos)'),
      revoked: seconds.describe('Desde cuándo no se recibe lo que firmó: la clave fue robada (segundos)'),
    }),
  ),
});

export type Signup = z.output<typeof signupBody>;
export type Login = z.output<typeof loginBody>;
export type CambioDeContrasena = z.output<typeof contrasenaBody>;
export type CrearUsuario = z.output<typeof crearUsuarioBody>;
export type Usuario = z.output<typeof usuario>;
export type ModificarUsuario = z.output<typeof modificarUsuarioBody>;
