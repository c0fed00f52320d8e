import type { EstadoEntrega } from '@medisupply/shared/contracts/vocabulary';
import { ESTADOS_RESERVADOS } from '@medisupply/shared/contracts/vocabulary';

/** The state because of which a delivery can be neither confirmed nor cancelled; undefined when it can. */
export const obstacleOf = (estado: string): EstadoEntrega | undefined =>
  ESTADOS_RESERVADOS.find((known) => known === estado);
