import type { EventData } from '@medisupply/api-client/operations';

/** Those that have names of their own; any other is free text. */
export const PLATFORM_STATES = [
  'PENDING_SYSTEM_CONFIRMATION',
  'ENTREGADA',
  'FAILED_MAX_RETRIES',
  'CANCELADA',
] as const;

export const isPlatformState = (estado: string): boolean => PLATFORM_STATES.some((known) => known === estado);

const AFTER: Readonly<Record<string, (typeof PLATFORM_STATES)[number]>> = {
  aceptada: 'PENDING_SYSTEM_CONFIRMATION',
  reactivada: 'PENDING_SYSTEM_CONFIRMATION',
  aplicada: 'ENTREGADA',
  muerta: 'FAILED_MAX_RETRIES',
  cancelada: 'CANCELADA',
};

/** The state of a delivery after an event; undefined when the event does not change it, or does not say to what. */
export const stateAfter = ({ tipo }: EventData['entrega']): string | undefined => AFTER[tipo];
