/** The states that the platform sets, and the one of a cancelled delivery. */
const FINAL_OR_UNDER_WAY = [
  'ENTREGADA',
  'PENDING_SYSTEM_CONFIRMATION',
  'FAILED_MAX_RETRIES',
  'CANCELADA',
] as const;

/** The state because of which a delivery can be neither confirmed nor cancelled; undefined when it can. */
export const obstacleOf = (estado: string): (typeof FINAL_OR_UNDER_WAY)[number] | undefined =>
  FINAL_OR_UNDER_WAY.find((known) => known === estado);
