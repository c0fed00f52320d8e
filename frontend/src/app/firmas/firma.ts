import type { AutorizadorOperations } from '@medisupply/api-client/operations';

/** The signed fields: six, and those that may be absent. */
export type DatosFirmados = AutorizadorOperations['POST /sign-data']['answer']['payload'];
export type Jwks = AutorizadorOperations['GET /.well-known/jwks.json']['answer'];

/** The header of a signature: not verified, its members of any type. */
export type Cabecera = Readonly<Record<string, unknown>>;

/** What is written in the form: every field as text. */
export interface Documento {
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
  entrega_id: string;
  usuario_id: string;
  /** Empty where the signature does not cover it. */
  capturado: string;
  foto_sha256: string;
  firma: string;
}

export const VACIO: Documento = {
  direccion: '',
  nombre_recibe: '',
  firma_recibe: '',
  pedido_id: '',
  entrega_id: '',
  usuario_id: '',
  capturado: '',
  foto_sha256: '',
  firma: '',
};

const ID = /^[1-9]\d{0,15}$/;
const TEXTS = ['direccion', 'nombre_recibe', 'firma_recibe', 'pedido_id'] as const;
const OPTIONAL = ['capturado', 'foto_sha256'] as const;
const FIELDS = [...TEXTS, 'entrega_id', 'usuario_id', ...OPTIONAL] as const;

/** The signed fields as the server takes them: texts in NFC, ids as numbers; undefined while one is missing. */
export function datosOf(documento: Documento): DatosFirmados | undefined {
  const { entrega_id, usuario_id } = documento;
  if (!ID.test(entrega_id) || !ID.test(usuario_id)) return undefined;
  if (TEXTS.some((field) => documento[field].trim() === '')) return undefined;
  return {
    direccion: documento.direccion.normalize('NFC'),
    nombre_recibe: documento.nombre_recibe.normalize('NFC'),
    firma_recibe: documento.firma_recibe.normalize('NFC'),
    pedido_id: documento.pedido_id.normalize('NFC'),
    entrega_id: Number(entrega_id),
    usuario_id: Number(usuario_id),
    ...opcionalesOf(documento),
  };
}

/** What is signed besides the six; what is empty is no member, as where it was signed. */
export const opcionalesOf = (documento: Documento): Pick<DatosFirmados, (typeof OPTIONAL)[number]> =>
  Object.fromEntries(
    OPTIONAL.flatMap((field) => {
      const value = documento[field].trim();
      return value === '' ? [] : [[field, value]];
    }),
  );

/** What `sign-data` and `validate-signature` answer, or the signed fields alone, as somebody pasted it. */
export function documentoOf(json: string): Documento | undefined {
  const value = parseObject(json);
  const payload = value && (isObject(value['payload']) ? value['payload'] : value);
  if (!payload || !FIELDS.some((field) => field in payload)) return undefined;
  const textOf = (field: unknown) =>
    typeof field === 'string' || typeof field === 'number' ? String(field) : '';
  return {
    ...VACIO,
    ...Object.fromEntries(FIELDS.map((field) => [field, textOf(payload[field])])),
    firma: textOf(value['firma'] ?? value['firma_payload']),
  };
}

export const jsonOf = (datos: DatosFirmados, firma: string): string =>
  JSON.stringify({ payload: datos, firma }, undefined, 2);

export function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
