/** A service key needs one of these to read what the monitor shows. */
export const MONITOR_SCOPES = ['monitor', 'metrics'] as const;
