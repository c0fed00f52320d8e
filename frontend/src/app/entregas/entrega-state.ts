import type { EventData } from '@medisupply/api-client/operations';
import { ESTADOS_RESERVADOS } from '@medisupply/shared/contracts/vocabulary';
import { sucesoDe } from '../ui/sucesos';

/** Those that have names of their own; any other is free text. */
export const isPlatformState = (estado: string): boolean =>
  ESTADOS_RESERVADOS.some((known) => known === estado);

/** The state of a delivery after an event; undefined when the event does not change it, or does not say to what. */
export const stateAfter = (evento: EventData['entrega']): string | undefined => sucesoDe(evento)?.estado;
