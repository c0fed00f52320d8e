import type { EstadoCerrado } from '@medisupply/shared/contracts/vocabulary';
import { ESTADOS_CERRADOS } from '@medisupply/shared/contracts/vocabulary';

/** The state because of which a delivery can be neither confirmed nor cancelled; undefined when it can. */
export const obstacleOf = (estado: string): EstadoCerrado | undefined =>
  ESTADOS_CERRADOS.find((known) => known === estado);
