/**
 * logistica.db. Times are integer ms UTC; columns marked "cipher" hold `v1:<kid>:…` with the AAD `entrega|<column>|<id>`.
 *
 * entrega             a delivery; `estado` ends in ENTREGADA
 * entrega_historial   one row per change of `estado`
 * confirmacion        an accepted confirmation; its id is the task that applies it
 * producto            stock on hand and how much of it is reserved
 * movimiento_inventario  the ledger: the stock is the sum of its rows
 * entrega_item        what a delivery carries: reserved, then debited or released
 * entrega_foto        photos of a delivery, of which a confirmation signs one; `datos` is cipher, AAD `entrega_foto|…`
 * entrega_enlace      links that customers look at a delivery with; token and word are hashes
 * sellado             tables of older versions that are being sealed, see sellado/
 */
import type { Generated } from 'kysely';
import type { IdempotencyTable } from '@medisupply/shared/db/idempotency';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import type {
  CambioDeAsignacion,
  ConfirmacionEstado,
  ItemEstado,
  MovimientoTipo,
  Respuesta,
  Verificacion,
} from '@medisupply/shared/contracts/vocabulary';

export interface EntregaTable {
  id: Generated<number>;
  /** cipher */
  direccion: string;
  pedido_id: string;
  estado: string;
  asignada_a: number | null;
  /** `usuario:7` or `servicio:worker` */
  creada_por: string;
  creador_id: number | null;
  /** Who holds the live confirmation, or delivered it. */
  confirmada_por: number | null;
  /** cipher */
  nombre_recibe: string | null;
  /** cipher */
  firma_recibe: string | null;
  /** The detached JWS that was applied; cipher, since without the key it would confirm a guessed address. */
  firma: string | null;
  fecha_entrega: number | null;
  creada: number;
  actualizada: number;
  /** For whom it is; cipher, and not signed. */
  destinatario: string | null;
  /** Its place among the stops of whoever carries it. */
  orden: number | null;
  /** Signed with the rest, as it was sent: the device's time. */
  capturado: string | null;
  /** Signed with the rest: which photo. */
  foto_sha256: string | null;
}

export interface EntregaHistorialTable {
  id: Generated<number>;
  entrega_id: number;
  estado: string;
  anterior: string | null;
  momento: number;
  actor: string;
  task_id: string | null;
  /** Who carries it changed, and not its state. */
  cambio: CambioDeAsignacion | null;
  /** Of a failed attempt. */
  motivo: string | null;
  /** cipher */
  detalle: string | null;
  /** The device's time, as it was sent. */
  capturado: string | null;
}

export interface ConfirmacionTable {
  /** uuid v7 */
  task_id: string;
  entrega_id: number;
  usuario_id: number;
  /** Nonce of the signature; NULL until it was verified. */
  jti: string | null;
  /** The seal of the SHA-256 of the JCS of the signed fields and the signature. */
  req_hash: string;
  /** cipher */
  direccion: string;
  /** cipher */
  nombre_recibe: string;
  /** cipher */
  firma_recibe: string;
  /** cipher */
  firma: string;
  verificada: Verificacion;
  estado: ConfirmacionEstado;
  /** What the entrega goes back to if the signature turns out to be bad. */
  estado_anterior: string;
  /** The `estado` that the client was told. */
  respuesta: Respuesta;
  creada: number;
  terminada: number | null;
  /** When the request came in; `terminada` minus this is what the client waited. */
  recibida: number;
  /** As signed; null when the signature does not cover it. */
  capturado: string | null;
  foto_sha256: string | null;
}

export interface EntregaFotoTable {
  id: Generated<number>;
  entrega_id: number;
  sha256: string;
  /** Bytes of the photo. */
  tamano: number;
  usuario_id: number;
  subida: number;
  /** 1 while a live confirmation signs it: then it stays as long as the delivery. */
  firmada: Generated<number>;
  /** The key of `datos`, so that nobody reads those to know it. */
  kid: string;
  /** cipher, of the photo's bytes */
  datos: string;
}

export interface ProductoTable {
  id: Generated<number>;
  sku: string;
  nombre: string;
  stock: number;
  reservado: Generated<number>;
  /** Below this the stock is low. */
  minimo: number;
  creado: number;
  actualizado: number;
}

export interface MovimientoTable {
  id: Generated<number>;
  producto_id: number;
  /** Signed. */
  cantidad: number;
  tipo: MovimientoTipo;
  motivo: string;
  actor: string;
  entrega_id: number | null;
  task_id: string | null;
  momento: number;
}

export interface EntregaItemTable {
  entrega_id: number;
  producto_id: number;
  cantidad: number;
  estado: ItemEstado;
  /** Who created the delivery; null for a service, and for what was debited before this was kept. */
  creador_id: number | null;
}

export interface EnlaceTable {
  id: Generated<number>;
  entrega_id: number;
  /** SHA-256 of a random token, hexadecimal. */
  token_hash: string;
  /** scrypt of the recipient's word; null: the link gives no proof. */
  palabra_hash: string | null;
  /** Wrong words since the last right one. */
  intentos: Generated<number>;
  creado: number;
  /** `usuario:7` */
  creado_por: string;
  vence: number;
  revocado: number | null;
  vistas: Generated<number>;
  ultima_vista: number | null;
}

export interface SelladoTable {
  tabla: string;
  /** Key of the last row that was looked at. */
  ultima: string | number | null;
  vistas: number;
}

export interface LogisticaTables extends OutboxTables {
  entrega: EntregaTable;
  entrega_historial: EntregaHistorialTable;
  confirmacion: ConfirmacionTable;
  idempotencia: IdempotencyTable;
  producto: ProductoTable;
  movimiento_inventario: MovimientoTable;
  entrega_item: EntregaItemTable;
  entrega_foto: EntregaFotoTable;
  entrega_enlace: EnlaceTable;
  sellado: SelladoTable;
}
