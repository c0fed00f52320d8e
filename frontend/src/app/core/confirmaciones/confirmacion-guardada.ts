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
}

/** Signed and waiting to go out. It holds personal data, and only until the server has answered. */
export interface PorEnviar extends Guardada {
  estado: 'por-enviar';
  datos: DatosDeEntrega;
  firma: string;
  /** When the button was pressed and when the signature came, by this device's clock (ms). */
  pulsada: number;
  firmada: number;
  /** How far the server's clock is ahead of this device's (ms). */
  desfase: number;
  intentos: number;
  /** The last attempt; 0 before the first (ms). */
  enviada: number;
  /** Whether an attempt may have arrived although no answer came. */
  pudoLlegar: boolean;
  /** Signed anew, since the first signature expired while it waited. */
  firmadaDeNuevo: boolean;
}

/** Refused for good: only what is needed to show it. */
export interface Rechazada extends Guardada {
  estado: 'rechazada';
  rechazo: { status: number; message: string; problem?: Problem };
}

export type ConfirmacionGuardada = PorEnviar | Rechazada;
