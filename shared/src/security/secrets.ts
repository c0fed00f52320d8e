import { randomBytes } from 'node:crypto';
import { sha256Hex } from './canonical-json.ts';
import { SIGNATURE_RECEIVED_WITHIN } from './delivery-signature.ts';
import { fieldKeyRing } from './field-cipher.ts';
import type { FieldKeyRing } from './field-cipher.ts';
import {
  newProofKey,
  newSignatureKey,
  newTokenKey,
  proofKeyFile,
  publishedJwks,
  signatureKeyFile,
  tokenKeyFile,
} from './key-files.ts';
import {
  ADMIN_PASSWORD_FILE,
  AUTORIZADOR,
  DATABASE_READERS,
  FIELD_KEY_READERS,
  HASH_KEY_READER,
  JWKS_READERS,
  LIVE_KEY_READERS,
  POSTGRES,
  QUEUE_KEY_READERS,
  REDIS_PASSWORD_READERS,
  REDIS_USERS_FILE,
  SERVICE_KEY_OWNERS,
  SERVICE_KEY_VERIFIERS,
  serviceKeyPath,
} from './secret-layout.ts';
import { roleStatements } from './postgres-roles.ts';
import { accessList } from './redis-users.ts';
import { withSecretStore } from './secret-store.ts';
import type { SecretStore, SecretStoreOptions } from './secret-store.ts';
import { generateServiceKey, serviceKeyRecords } from './service-key.ts';
import type { ServiceKeyRecord } from './service-key.ts';

/** What one set-up did; values never leave the files. */
export interface SecretsReport {
  /** Paths below the secrets folder that were created or completed. Empty when everything was there. */
  written: readonly string[];
}

export interface SecretsOptions extends SecretStoreOptions {
  /** Where the first administrator's password goes, below the secrets folder. */
  adminPassword?: string;
  /** Redis is somebody else's, who says its one password. */
  foreignRedis?: boolean;
  /** Passwords for a PostgreSQL of the platform's own as well, and the statements that make its roles. */
  postgres?: boolean;
}

/**
 * Makes every secret that is missing, and nothing else: an existing secret is never replaced, but for a password of Redis
 * that several have. Copies that belong together (a key ring, the public keys, the accepted hashes) are completed from what
 * their owner has. Safe to run twice and by several processes at once.
 * @throws Error when a file is damaged, or when copies of one secret differ.
 */
export function ensureSecrets(secretsDir: string, options: SecretsOptions = {}): SecretsReport {
  const { adminPassword = ADMIN_PASSWORD_FILE, foreignRedis = false, postgres = false } = options;
  const make = (store: SecretStore): SecretsReport => {
    ensureAutorizadorKeys(store);
    ensureFieldKeys(store);
    ensureShared(store, QUEUE_KEY_READERS, 'queue_key', 'ejecute `npm run keys -- revoke cola`');
    ensureShared(store, LIVE_KEY_READERS, 'live_key', 'ejecute `npm run keys -- revoke cola`');
    if (foreignRedis) ensureForeignRedis(store);
    else ensureRedisUsers(store);
    if (postgres) ensurePostgresRoles(store);
    ensureOwn(store, `${HASH_KEY_READER}/hash_key`, () => randomSecret());
    ensureOwn(store, `${AUTORIZADOR}/password_pepper`, () => randomSecret());
    // 18 bytes: long enough to be unguessable, short enough to type.
    ensureOwn(store, adminPassword, () => randomSecret(18));
    ensureServiceKeys(store);
    return { written: store.written };
  };
  return withSecretStore(secretsDir, make, options);
}

export const TOKEN_KEYS_PATH = `${AUTORIZADOR}/token_keys.json`;
export const SIGNATURE_KEYS_PATH = `${AUTORIZADOR}/signature_keys.json`;
export const PROOF_KEYS_PATH = `${AUTORIZADOR}/proof_keys.json`;

function ensureAutorizadorKeys(store: SecretStore): void {
  if (!store.has(TOKEN_KEYS_PATH)) {
    store.writeJson(TOKEN_KEYS_PATH, { keys: [newTokenKey('actual'), newTokenKey('siguiente')] });
  }
  if (!store.has(SIGNATURE_KEYS_PATH)) {
    store.writeJson(SIGNATURE_KEYS_PATH, { keys: [newSignatureKey('actual'), newSignatureKey('siguiente')] });
  }
  if (!store.has(PROOF_KEYS_PATH)) {
    store.writeJson(PROOF_KEYS_PATH, { keys: [newProofKey('actual'), newProofKey('siguiente')] });
  }
  dateKeys(store);
  distributeJwks(store);
}

/** Keys of a version that did not date them count from now; those that sign no longer were last used now. */
function dateKeys(store: SecretStore): void {
  const now = Math.floor(Date.now() / 1000);
  const tokens = store.readJson(TOKEN_KEYS_PATH, tokenKeyFile);
  if (tokens?.keys.some((key) => key.nbf === undefined))
    store.writeJson(TOKEN_KEYS_PATH, { keys: tokens.keys.map((key) => ({ nbf: now, ...key })) });
  const signatures = store.readJson(SIGNATURE_KEYS_PATH, signatureKeyFile);
  if (!signatures?.keys.some((key) => key.nbf === undefined)) return;
  const dated = signatures.keys.map((key) => ({
    nbf: now,
    ...(key.d === undefined ? { exp: now + SIGNATURE_RECEIVED_WITHIN } : {}),
    ...key,
  }));
  store.writeJson(SIGNATURE_KEYS_PATH, { keys: dated });
}

/** Writes the public keys to every verifier. */
export function distributeJwks(store: SecretStore): void {
  const tokens = store.readJson(TOKEN_KEYS_PATH, tokenKeyFile);
  const signatures = store.readJson(SIGNATURE_KEYS_PATH, signatureKeyFile);
  const proofs = store.readJson(PROOF_KEYS_PATH, proofKeyFile);
  if (!tokens || !signatures || !proofs)
    throw new Error('faltan las claves de autorizador; ejecute `node scripts/setup.ts`');
  const published = publishedJwks(tokens, signatures, proofs);
  for (const folder of JWKS_READERS) store.writeJson(`${folder}/jwks.json`, published);
}

function ensureFieldKeys(store: SecretStore): void {
  const found = FIELD_KEY_READERS.flatMap(
    (folder) => store.readJson(`${folder}/field_keys.json`, fieldKeyRing) ?? [],
  );
  distributeFieldKeys(store, found.length === 0 ? newFieldKeyRing() : mergeRings(found));
}

/** The ring that decides. @throws Error when set-up has not run */
export function readFieldKeyRing(store: SecretStore): FieldKeyRing {
  const ring = store.readJson(`${FIELD_KEY_READERS[0]}/field_keys.json`, fieldKeyRing);
  if (!ring) throw new Error('falta field_keys.json; ejecute antes `node scripts/setup.ts`');
  return ring;
}

export function distributeFieldKeys(store: SecretStore, ring: FieldKeyRing): void {
  for (const folder of FIELD_KEY_READERS) store.writeJson(`${folder}/field_keys.json`, ring);
}

function newFieldKeyRing(): FieldKeyRing {
  const [actual, siguiente] = [newFieldKid(), newFieldKid()];
  return { actual, siguiente, keys: { [actual]: randomSecret(), [siguiente]: randomSecret() } };
}

export const newFieldKid = (): string => `k${randomBytes(4).toString('hex')}`;

/** A rotation that died half-way leaves one reader with a key more: no key is ever lost, the first ring decides. */
function mergeRings(rings: readonly FieldKeyRing[]): FieldKeyRing {
  const [first, ...others] = rings;
  if (!first) throw new Error('no hay ningún anillo de claves');
  const keys = { ...first.keys };
  for (const ring of others) {
    for (const [kid, key] of Object.entries(ring.keys)) {
      if (keys[kid] !== undefined && keys[kid] !== key)
        throw new Error(`field_keys.json: la clave ${kid} difiere entre carpetas`);
      keys[kid] = key;
    }
  }
  return { ...first, keys };
}

function ensureShared(
  store: SecretStore,
  folders: readonly string[],
  file: string,
  remedy = 'deje el mismo valor en todas o bórrelos para generarlo de nuevo',
): void {
  const values = new Set(folders.flatMap((folder) => store.read(`${folder}/${file}`) ?? []));
  if (values.size > 1) {
    throw new Error(`${file} difiere entre ${folders.join(', ')}; ${remedy}`);
  }
  const [value = randomSecret()] = values;
  for (const folder of folders) store.write(`${folder}/${file}`, value);
}

const redisPasswordPath = (folder: string): string => `${folder}/redis_password`;

/** What stands there is what its owner wrote; nothing is missing. */
function ensureForeignRedis(store: SecretStore): void {
  const paths = REDIS_PASSWORD_READERS.map(redisPasswordPath);
  const value = paths.map((path) => store.read(path)).find((found) => found !== undefined) ?? randomSecret();
  for (const path of paths) ensureOwn(store, path, () => value);
}

/** A password for each user. One that several have is an earlier version's, when there was one user. */
function ensureRedisUsers(store: SecretStore): void {
  const taken = new Set<string | undefined>([undefined]);
  for (const folder of REDIS_PASSWORD_READERS) {
    const path = redisPasswordPath(folder);
    if (taken.has(store.read(path))) store.write(path, randomSecret());
    taken.add(store.read(path));
  }
  const passwordOf = (folder: string) => store.read(redisPasswordPath(folder)) ?? '';
  store.write(REDIS_USERS_FILE, accessList(REDIS_PASSWORD_READERS, passwordOf));
}

/** One role for each owner of a schema, which reaches nothing else; whoever opens that schema has its password. */
function ensurePostgresRoles(store: SecretStore): void {
  ensureOwn(store, `${POSTGRES}/postgres_password`, () => randomSecret());
  const fileOf = (owner: string) => `${owner}_database_password`;
  for (const { owner, folders } of DATABASE_READERS)
    ensureShared(store, [POSTGRES, ...folders], fileOf(owner));
  const owners = DATABASE_READERS.map(({ owner }) => owner);
  const passwordOf = (owner: string) => store.read(`${POSTGRES}/${fileOf(owner)}`) ?? '';
  store.write(`${POSTGRES}/roles.sql`, roleStatements(owners, passwordOf));
}

function ensureOwn(store: SecretStore, path: string, make: () => string): void {
  if (!store.has(path)) store.write(path, make());
}

function ensureServiceKeys(store: SecretStore): void {
  const records = readServiceKeyRecords(store);
  for (const owner of SERVICE_KEY_OWNERS) {
    const path = serviceKeyPath(owner);
    ensureOwn(store, path, () => generateServiceKey(owner.id).key);
    const hash = sha256Hex(store.read(path) ?? '');
    const known = records.get(owner.id)?.sha256 ?? [];
    const sha256 = known.includes(hash) ? known : [...known.slice(-1), hash];
    records.set(owner.id, { id: owner.id, scopes: [...owner.scopes], sha256 });
  }
  // Of a service that was removed.
  for (const id of records.keys()) {
    if (!SERVICE_KEY_OWNERS.some((owner) => owner.id === id)) records.delete(id);
  }
  distributeServiceKeys(store, records);
}

/** What the verifiers accept between them, by id. */
export function readServiceKeyRecords(store: SecretStore): Map<string, ServiceKeyRecord> {
  const records = new Map<string, ServiceKeyRecord>();
  for (const folder of SERVICE_KEY_VERIFIERS.toReversed()) {
    for (const record of store.readJson(`${folder}/service_keys.json`, serviceKeyRecords) ?? [])
      records.set(record.id, record);
  }
  return records;
}

export function distributeServiceKeys(
  store: SecretStore,
  records: ReadonlyMap<string, ServiceKeyRecord>,
): void {
  for (const folder of SERVICE_KEY_VERIFIERS)
    store.writeJson(`${folder}/service_keys.json`, [...records.values()]);
}

export const randomSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url');
