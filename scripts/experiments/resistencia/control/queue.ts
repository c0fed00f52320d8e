/** What the control's service puts into its queue, and its worker takes out. */
export const CONTROL_QUEUE = 'control';

export interface ControlJob {
  entrega_id: number;
  pedido_id: string;
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
}
