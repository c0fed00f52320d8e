/**
 * The words that the parts of the platform say to each other, and the limits that they agree on, each in this place
 * alone. Plain values and their types, without an import: services, worker and scripts use them at run time, and a
 * browser takes this file and nothing with it. What is stored and sent holds these words: they are added to, not changed.
 */

/** The states of a delivery that the platform sets; any other is free text of whoever created it. */
export const ESTADO_ENTREGA = {
  entregada: 'ENTREGADA',
  /** Confirmed; the worker has not applied it yet. */
  pendiente: 'PENDING_SYSTEM_CONFIRMATION',
  /** Confirmed and out of retries; needs an Admin. */
  fallida: 'FAILED_MAX_RETRIES',
  cancelada: 'CANCELADA',
  /** Somebody was there and could not deliver it; open as before: it can be confirmed, tried again, cancelled. */
  intento: 'INTENTO_FALLIDO',
} as const;
export type EstadoEntrega = (typeof ESTADO_ENTREGA)[keyof typeof ESTADO_ENTREGA];
/** Nobody else may set them, nor what looks like one of them. */
export const ESTADOS_RESERVADOS: readonly EstadoEntrega[] = Object.values(ESTADO_ENTREGA);
/** Those in which a delivery can be neither confirmed nor cancelled. */
export const ESTADOS_CERRADOS = [
  ESTADO_ENTREGA.entregada,
  ESTADO_ENTREGA.pendiente,
  ESTADO_ENTREGA.fallida,
  ESTADO_ENTREGA.cancelada,
] as const;
export type EstadoCerrado = (typeof ESTADOS_CERRADOS)[number];

export const CONFIRMACION_ESTADOS = ['ACEPTADA', 'APLICADA', 'RECHAZADA', 'MUERTA'] as const;
export type ConfirmacionEstado = (typeof CONFIRMACION_ESTADOS)[number];

/** What `POST /entrega/:id/confirmar` answers: the queue has it, or will get it. */
export const RESPUESTA = { encolada: 'exitoso', pendiente: 'Pendiente Confirmacion Sistema' } as const;
export type Respuesta = (typeof RESPUESTA)[keyof typeof RESPUESTA];
export const RESPUESTAS = Object.values(RESPUESTA);

/** Who verified a signature; `pendiente`: nobody could, the worker will. */
export const VERIFICACIONES = ['autorizador', 'local', 'pendiente'] as const;
export type Verificacion = (typeof VERIFICACIONES)[number];

export const TASK_STATUSES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];
const FINAL: ReadonlySet<TaskStatus> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);
export const isFinal = (status: TaskStatus): boolean => FINAL.has(status);

/** What happened, to a delivery or to a task, in about the order in which it happens. */
export const EVENTO_TIPOS = [
  'creada',
  'tomada',
  'soltada',
  'intento',
  'recibida',
  'firma',
  'firma_rechazada',
  'aceptada',
  'encolada',
  'inicio',
  'reintento',
  'aplicada',
  'rechazada',
  'muerta',
  'reactivada',
  'fin',
  'fallida',
  'cancelada',
] as const;
export type EventoTipo = (typeof EVENTO_TIPOS)[number];

/** A change of who carries a delivery, in its history. */
export const CAMBIOS_DE_ASIGNACION = ['tomada', 'soltada'] as const satisfies readonly EventoTipo[];
export type CambioDeAsignacion = (typeof CAMBIOS_DE_ASIGNACION)[number];

export const ITEM_ESTADOS = ['RESERVADO', 'DEBITADO', 'LIBERADO'] as const;
export type ItemEstado = (typeof ITEM_ESTADOS)[number];

export const MOVIMIENTO_TIPOS = ['ALTA', 'AJUSTE', 'SALIDA'] as const;
export type MovimientoTipo = (typeof MOVIMIENTO_TIPOS)[number];

export const ROLES = ['usuario', 'Mensajero', 'Despacho', 'Admin', 'System'] as const;
export type Rol = (typeof ROLES)[number];

/** What a service key may be good for. */
export const SCOPES = ['firmas', 'pruebas', 'tareas', 'reintentos', 'metrics', 'monitor'] as const;
export type Scope = (typeof SCOPES)[number];

/** `type` of a problem is `urn:medisupply:problem:<code>`. */
export const PROBLEM_CODES = [
  'solicitud-invalida',
  'no-autenticado',
  'clave-desconocida',
  'no-permitido',
  'firma-no-valida',
  'contrasena-incorrecta',
  'contrasena-vencida',
  'cuenta-pendiente',
  'no-encontrado',
  'ruta-no-encontrada',
  'metodo-no-permitido',
  'conflicto',
  'foto-ausente',
  'cuerpo-demasiado-grande',
  'cabeceras-demasiado-grandes',
  'tipo-no-admitido',
  'clave-reutilizada',
  'demasiadas-solicitudes',
  'error-interno',
  'dato-ilegible',
  'no-disponible',
  'sin-espacio',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];
const PROBLEM_TYPE = 'urn:medisupply:problem:';
export const problemType = (code: ProblemCode): string => PROBLEM_TYPE + code;

/** The fields of a delivery that are encrypted where they are stored, and appear in no log, task or event. */
export const CAMPOS_PERSONALES = ['direccion', 'nombre_recibe', 'firma_recibe', 'destinatario'] as const;
export type CampoPersonal = (typeof CAMPOS_PERSONALES)[number];
/** Those of them that a signature covers, and that a confirmation brings. */
export const CAMPOS_FIRMADOS = [
  'direccion',
  'nombre_recibe',
  'firma_recibe',
] as const satisfies CampoPersonal[];

/** For so long a courier's app opens without a network, with the deliveries that it keeps. */
export const DIAS_SIN_RED = 7;

/** Characters are UTF-16 units. */
export const LIMITES = {
  direccion: 256,
  nombre_recibe: 128,
  /** A drawn signature, SVG or a data URL. */
  firma_recibe: 64 * 1024,
  firma: 8 * 1024,
  destinatario: 128,
  /** Bytes of a photo. */
  foto: 320 * 1024,
  /** Pixels of its longer side. */
  foto_lado: 4096,
  /** What is said of a failed attempt. */
  detalle: 256,
  /** Stops of one courier. */
  paradas: 200,
  /** Deliveries that one request creates. */
  lote: 500,
  pedido_id: 64,
  estado: 64,
  nombre_usuario: { minimo: 3, maximo: 50 },
  contrasena: { minimo: 8, maximo: 128 },
  sku: 64,
  nombre_producto: 128,
  motivo: 256,
  /** More than this of one product is a typing error. */
  unidades: 1_000_000_000,
  items: 100,
  /** What a list is filtered by. */
  filtro: 64,
  /** A customer's link: days, its word, wrong words that it takes, how many a delivery has. */
  enlace: { dias: 90, palabra: { minimo: 4, maximo: 64 }, intentos: 5, vivos: 20 },
  /** Entries of a page. */
  pagina: 200,
  /** Bytes of a request's body, after decompression. */
  cuerpo: 256 * 1024,
} as const;

/** Heartbeats come every 3 s: a worker whose last one is older does not count as alive (ms). */
export const STALE_AFTER_MS = 8_000;
