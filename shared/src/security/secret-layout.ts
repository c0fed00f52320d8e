/** Which secret files exist below `$DATA_DIR/secrets`, and who reads each. `docs/operations.md` has the table for people. */
import type { Scope } from '../contracts/vocabulary.ts';
import { SERVICES } from '../services.ts';

export interface ServiceKeyOwner {
  id: string;
  /** Folder whose `file` holds the key in clear. */
  folder: string;
  /** Absent: `service_key`. */
  file?: string;
  scopes: readonly Scope[];
}

export const SERVICE_KEY_OWNERS: readonly ServiceKeyOwner[] = [
  { id: 'worker', folder: 'worker', scopes: ['tareas', 'reintentos'] },
  ...SERVICES.flatMap(({ name, serviceKey }) => (serviceKey ? [{ ...serviceKey, folder: name }] : [])),
  // What its tasks of the monitor show to every service they measure: with the worker's own, one of those could be the worker.
  { id: 'sondas', folder: 'worker', file: 'probe_key', scopes: ['metrics'] },
  { id: 'metrics', folder: 'metrics', scopes: ['metrics'] },
  { id: 'operator', folder: 'operator', scopes: ['tareas', 'metrics', 'monitor'] },
];

/** Below the secrets folder. */
export const serviceKeyPath = ({ folder, file = 'service_key' }: ServiceKeyOwner): string =>
  `${folder}/${file}`;

const SERVICE_FOLDERS = SERVICES.map((service) => service.name);

/** Folders of those who accept service keys. */
export const SERVICE_KEY_VERIFIERS: readonly string[] = [...SERVICE_FOLDERS, 'worker'];

/** Folders of those who verify tokens or delivery signatures. */
export const JWKS_READERS: readonly string[] = [...SERVICE_FOLDERS, 'worker'];

/** The first one's copy decides when they differ. */
export const FIELD_KEY_READERS = ['logistica-inventario', 'worker'] as const;

/** Seals the hashes that logistica stores; the worker compares none. */
export const HASH_KEY_READER = 'logistica-inventario';

/** Queue keys that were revoked, one a line, the newest last: beside the worker's `queue_key`, once there are any. */
export const REPLACED_QUEUE_KEYS = 'queue_key_anteriores';

export const QUEUE_KEY_VERIFIER = 'worker';
export const QUEUE_KEY_READERS = ['logistica-inventario', QUEUE_KEY_VERIFIER] as const;

/** Signs what is shown live: who relays events or is a worker, and who shows them. It signs no job. */
export const LIVE_KEY_READERS = ['logistica-inventario', 'worker', 'monitor'] as const;

/** Each has a user of its own, whose password this is. */
export const REDIS_PASSWORD_READERS: readonly string[] = ['redis', ...SERVICE_FOLDERS, 'worker'];
/** Hashes of those passwords, and what each user may do. */
export const REDIS_USERS_FILE = 'redis/usuarios.acl';

export const AUTORIZADOR = 'autorizador';

export const POSTGRES = 'postgres';
/** Who opens which database: its service, and the worker, which applies what logistica accepted and keeps monitor's series. */
export const DATABASE_READERS: readonly { owner: string; folders: readonly string[] }[] = SERVICES.flatMap(
  ({ name, database }) =>
    database === undefined
      ? []
      : [{ owner: database, folders: database === AUTORIZADOR ? [name] : [name, 'worker'] }],
);

export const ADMIN_PASSWORD_FILE = 'admin_contrasena';
