/** Which secret files exist below `$DATA_DIR/secrets`, and who reads each. `docs/operations.md` has the table for people. */

export interface ServiceKeyOwner {
  id: string;
  /** Folder whose `service_key` holds the key in clear. */
  folder: string;
  scopes: readonly string[];
}

export const SERVICE_KEY_OWNERS: readonly ServiceKeyOwner[] = [
  { id: 'worker', folder: 'worker', scopes: ['tareas'] },
  { id: 'monitor', folder: 'monitor', scopes: ['tareas', 'metrics'] },
  { id: 'logistica', folder: 'logistica-inventario', scopes: ['firmas'] },
  { id: 'bull-board', folder: 'bull-board', scopes: ['tareas'] },
  { id: 'metrics', folder: 'metrics', scopes: ['metrics'] },
  { id: 'operator', folder: 'operator', scopes: ['tareas', 'metrics', 'monitor'] },
];

/** Folders of those who accept service keys. */
export const SERVICE_KEY_VERIFIERS = [
  'autorizador',
  'logistica-inventario',
  'monitor',
  'bull-board',
  'worker',
] as const;

/** Folders of those who verify tokens or delivery signatures. */
export const JWKS_READERS = [
  'autorizador',
  'logistica-inventario',
  'monitor',
  'bull-board',
  'worker',
] as const;

/** The first one's copy decides when they differ. */
export const FIELD_KEY_READERS = ['logistica-inventario', 'worker'] as const;

export const QUEUE_KEY_READERS = ['logistica-inventario', 'worker'] as const;

export const REDIS_PASSWORD_READERS = [
  'redis',
  'autorizador',
  'logistica-inventario',
  'monitor',
  'bull-board',
  'worker',
] as const;

export const AUTORIZADOR = 'autorizador';
export const ADMIN_PASSWORD_FILE = 'admin_contrasena';
