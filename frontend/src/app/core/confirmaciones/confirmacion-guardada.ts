import type { AutorizadorOperations, LogisticaOperations } from '@medisupply/api-client/operations';
import type { Problem } from '@medisupply/api-client/api-client';

/** What the signature covers, without the user, who is the token's. */
export type DatosDeEntrega = Omit<
  AutorizadorOperations['POST /sign-data']['answer']['payload'],
  'usuario_id'
>;

export type ConfirmacionAceptada = LogisticaOperations['POST /entrega/:id/confirmar']['answer'];

interface Guardada {
  usuario_id: number;
  entrega_id: number;
  pedido_id: string;
  /** When the button was pressed, by this device's clock (ms). */
  pulsada: number;
}

interface Pendiente extends Guardada {
  datos: DatosDeEntrega;
  intentos: number;
  /** The last attempt; 0 before the first (ms). */
  enviada: number;
  /** Whether an attempt may have arrived although no answer came. */
  pudoLlegar: boolean;
  /** Signed anew, since the first signature expired while it waited. */
  firmadaDeNuevo: boolean;
  /** The photo whose hash is among the data: a JPEG as base64. It goes out before the rest. */
  foto?: string;
}

/** Waits to be signed: that needs the server. */
export interface PorFirmar extends Pendiente {
  estado: 'por-firmar';
}

/** Signed and waiting to go out. */
export interface PorEnviar extends Pendiente {
  estado: 'por-enviar';
  firma: string;
  /** When the signature came, by this device's clock (ms). */
  firmada: number;
  /** How far the server's clock is ahead of this device's (ms). */
  desfase: number;
}

/** Refused for good: kept until its user has seen to it. */
export interface Rechazada extends Guardada {
  estado: 'rechazada';
  /** Missing when an earlier version kept it. */
  datos?: DatosDeEntrega;
  foto?: string;
  rechazo: { status: number; message: string; problem?: Problem };
}

export type ConfirmacionPendiente = PorFirmar | PorEnviar;
/** It holds personal data. */
export type ConfirmacionGuardada = PorFirmar | PorEnviar | Rechazada;
