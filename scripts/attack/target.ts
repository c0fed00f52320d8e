/** The platform under attack, with its people and, where the data folder can be read, what an attacker may have stolen. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Confirmation } from '@medisupply/api-client/forgeries';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import { openRedis } from '@medisupply/shared/redis/connect';
import type { RedisAddress } from '@medisupply/shared/redis/connect';
import { parseRedisUrl } from '@medisupply/shared/config/redis-url';
import { readRedisAddress } from '@medisupply/shared/redis/address-file';
import { issueAccessToken } from '@medisupply/shared/security/access-token';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { actualKey, signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { parseSecretJson } from '@medisupply/shared/config/secret-json';
import { until } from '@medisupply/shared/testing/until';
import { NotTried, worked } from './attempt.ts';
import type { Answer, Sent, Wire } from './wire.ts';

export interface Person {
  id: number;
  nombre: string;
  contrasena: string;
  token: string;
}

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

export interface Target {
  wire: Wire;
  /** The gateway's address. */
  base: string;
  /** Two people who have nothing to do with each other, and the administrator. */
  ana: Person;
  beto: Person;
  admin: Person;
  dataDir: string | undefined;
  /** Lines that the platform has printed so far. */
  log: readonly string[];
  /** A service's own address. @throws NotTried when it is not known */
  direct(service: 'autorizador' | 'logistica-inventario' | 'monitor' | 'bull-board'): string;
  /** Calls through the gateway: `path` behind `/api/v1`. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** The contents of a secret. @throws NotTried without the data folder */
  secret(path: string): string;
  tokenKey(): SigningKey;
  signatureKey(): SigningKey;
  /** A token as autorizador makes them, for anybody. */
  token(usuarioId: number, roles?: Rol[], tokenVersion?: number): string;
  /** @throws NotTried when it is not known */
  redisAddress(process: string): RedisAddress;
  /** A Redis client as `process`; as `redis` it may do everything. */
  redis(process: string): Redis;
  newPerson(): Promise<Person>;
  /** A delivery of `owner`. @returns its id */
  newDelivery(owner: Person, fields?: Record<string, unknown>): Promise<number>;
  /** Good data for confirming that delivery, signed for `person`. */
  confirmation(person: Person, entregaId: number, fields?: Partial<Confirmation>): Promise<Confirmation>;
  /** Waits for a task's end. @returns its state */
  endOf(taskId: string): Promise<string>;
  close(): void;
}

export interface CallOptions {
  as?: Person | string;
  key?: string;
  body?: unknown;
  headers?: readonly string[];
  from?: string;
  planned?: readonly number[];
}

export interface TargetOptions {
  wire: Wire;
  base: string;
  dataDir?: string;
  log?: readonly string[];
  /** Port of each service of its own. */
  ports?: Partial<Record<string, number>>;
}

export const ADMIN_ID = 1;

/** Signs two people up and the administrator in. @throws Error when the platform does not answer */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const target = describeTarget(options);
  [target.ana, target.beto] = [await target.newPerson(), await target.newPerson()];
  target.admin = await administrator(target);
  return target;
}

/** A target whose people are yet to come. */
export function describeTarget({ wire, base, dataDir, log = [], ports = {} }: TargetOptions): Target {
  const nobody: Person = { id: 0, nombre: '', contrasena: '', token: '' };
  const open: Redis[] = [];
  const secretsFile = (path: string): string => {
    const file = dataDir === undefined ? undefined : join(dataDir, 'secrets', path);
    if (file === undefined || !existsSync(file))
      throw new NotTried(`falta el secreto ${path}; indique --data-dir`);
    return file;
  };
  const target: Target = {
    wire,
    base,
    ana: nobody,
    beto: nobody,
    admin: nobody,
    dataDir,
    log,

    direct(service) {
      const port = ports[service];
      if (port === undefined) throw new NotTried(`no se sabe el puerto de ${service}`);
      return `http://127.0.0.1:${port}`;
    },

    call: (method, path, callOptions = {}) => wire.send(toSent(method, `${base}/api/v1${path}`, callOptions)),

    secret: (path) => readFileSync(secretsFile(path), 'utf8').trim(),
    tokenKey: () =>
      actualKey(
        parseSecretJson('token_keys.json', target.secret('autorizador/token_keys.json'), tokenKeyFile),
      ),
    signatureKey: () =>
      actualKey(
        parseSecretJson(
          'signature_keys.json',
          target.secret('autorizador/signature_keys.json'),
          signatureKeyFile,
        ),
      ),
    token: (usuario_id, roles = ['usuario'], token_version = 1) =>
      issueAccessToken(
        { usuario_id, nombre: `usuario ${usuario_id}`, roles, token_version },
        target.tokenKey(),
      ).token,

    redisAddress(process) {
      const password = target.secret(`${process}/redis_password`);
      const url = dataDir === undefined ? undefined : readRedisAddress(dataDir);
      if (url === undefined) throw new NotTried('no se sabe dónde está Redis');
      // Of the platform's own the address is the worker's.
      const isOwn = parseRedisUrl(url).username === 'worker';
      return { REDIS_URL: isOwn ? asRedisUser(url, process) : url, password };
    },

    redis(process) {
      const redis = openRedis(target.redisAddress(process), {
        maxRetriesPerRequest: 1,
        commandTimeout: 5_000,
      });
      redis.on('error', () => undefined);
      open.push(redis);
      return redis;
    },

    async newPerson() {
      const nombre = `ataque-${randomBytes(6).toString('hex')}`;
      const contrasena = randomBytes(16).toString('base64url');
      const { json } = worked(
        await target.call('POST', '/autorizador/signup', { body: { nombre, contrasena } }),
        201,
      );
      return { id: json.usuario.id, nombre, contrasena, token: json.token };
    },

    async newDelivery(owner, fields = {}) {
      const body = { direccion: 'Calle 93 # 11-27', estado: 'EN_CAMINO', pedido_id: 'PED-1', ...fields };
      return worked(await target.call('POST', '/logistica/entregas', { as: owner, body }), 201).json.id;
    },

    async confirmation(person, entregaId, fields = {}) {
      const data = {
        direccion: 'Calle 93 # 11-27',
        nombre_recibe: 'Lucía Peña',
        firma_recibe: '<svg/>',
        pedido_id: 'PED-1',
        ...fields,
      };
      const payload = { ...data, entrega_id: entregaId };
      const answer = await target.call('POST', '/autorizador/sign-data', { as: person, body: { payload } });
      return { ...data, firma_payload: worked(answer, 200).json.firma };
    },

    async endOf(taskId) {
      let status = '';
      await until(async () => {
        const { json } = worked(
          await target.call('GET', `/logistica/tareas/${taskId}`, { as: target.admin }),
          200,
        );
        status = json.status;
        return json.ready === true;
      }, 60_000);
      return status;
    },

    close: () => open.forEach((redis) => redis.disconnect()),
  };
  return target;
}

/** With the first password, or with a token made with the stolen key when that one was changed. */
async function administrator(target: Target): Promise<Person> {
  const contrasena = target.secret('admin_contrasena');
  const answer = await target.call('POST', '/autorizador/login', { body: { nombre: 'admin', contrasena } });
  const token: string = worked(answer, 200).json.token;
  return { id: ADMIN_ID, nombre: 'admin', contrasena, token };
}

export function toSent(method: string, url: string, options: CallOptions): Sent {
  const { as, key, body, headers = [], from, planned } = options;
  const token = typeof as === 'object' ? as.token : as;
  return {
    method,
    url,
    headers: [
      ...(body === undefined ? [] : ['content-type', 'application/json']),
      ...(token === undefined ? [] : ['authorization', `Bearer ${token}`]),
      ...(key === undefined ? [] : ['i-api-key', key]),
      ...headers,
    ],
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(from === undefined ? {} : { from }),
    ...(planned === undefined ? {} : { planned }),
  };
}

/** A signature as autorizador makes them, with the stolen key. */
export const signAsAutorizador = (
  target: Target,
  person: Person,
  entregaId: number,
  confirmation: Omit<Confirmation, 'firma_payload'>,
  options: { now?: number; jti?: string } = {},
): Promise<string> => {
  const payload = deliveryPayload({ ...confirmation, entrega_id: entregaId }, person.id);
  return signDelivery(payload, target.signatureKey(), { jti: randomUUID(), ...options });
};
