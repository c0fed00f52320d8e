import { createConnection, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { SLOT_TAG } from './keys.ts';
import type { RedisUrl } from '../config/redis-url.ts';

type Owner = RedisUrl['hosts'][number];

/** Nobody waits longer for what a node knows of its Cluster (ms). */
const ANSWER = 1_000;

/**
 * Connects to the master of a Cluster that holds the platform's slot, as the library's connector for sentinels does to
 * the one that they name: a connection is one to a Redis, with its clock, its blocking commands and its outages. Each
 * new connection asks anew who that is.
 */
export class SlotOwnerConnector extends AbstractConnector {
  readonly #options: RedisOptions;
  #hosts: readonly Owner[];

  constructor(options: RedisOptions, hosts: readonly Owner[]) {
    super(options.disconnectTimeout ?? 2_000);
    this.#options = options;
    this.#hosts = hosts;
  }

  /** @param info INFO of what was connected to: it may have lost the slot's keys to its replica meanwhile */
  override check(info: { role?: string }): boolean {
    return info.role !== 'slave';
  }

  /** Called for each command that was refused, of which there may be hundreds on one connection. */
  override disconnect(): void {
    this.connecting = false;
    if (!this.stream?.writableEnded) super.disconnect();
  }

  async connect(): Promise<Socket> {
    this.connecting = true;
    const owner = await this.#findOwner();
    if (!this.connecting) throw new Error('Connection is closed.');
    if (owner instanceof Error) {
      // As a connection that failed, so that the client's own delays decide when it is tried again.
      this.firstError = owner;
      this.stream = new Socket().destroy();
      return this.stream;
    }
    const { tls } = this.#options;
    this.stream = tls ? connectTls({ ...owner, ...tls }) : createConnection(owner);
    this.stream.once('error', (error: Error) => (this.firstError = error));
    return this.stream;
  }

  async #findOwner(): Promise<Owner | Error> {
    let reason = new Error('no hay nodos');
    for (const host of this.#hosts) {
      try {
        const owner = await askOwner(host, this.#options);
        // Next time whoever knew is asked first: a node that is gone would cost its timeout again.
        this.#hosts = [host, ...this.#hosts.filter((other) => other !== host)];
        return owner;
      } catch (error) {
        reason = error as Error;
      }
    }
    return reason;
  }
}

/** @throws Error when the node does not answer, or is cut off from most of its Cluster and knows only how it was */
async function askOwner(host: Owner, { username, password, tls }: RedisOptions): Promise<Owner> {
  const redis = new Redis({
    ...host,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls } : {}),
    connectTimeout: ANSWER,
    commandTimeout: ANSWER,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    lazyConnect: true,
  });
  let reason: Error | undefined;
  redis.on('error', (error: Error) => (reason ??= error));
  try {
    await redis.connect();
    const [state, slot, ranges] = await Promise.all([
      redis.cluster('INFO'),
      redis.cluster('KEYSLOT', SLOT_TAG),
      redis.cluster('SLOTS'),
    ]);
    // The master stands before its replicas.
    const owner = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2];
    if (!owner || !state.includes('cluster_state:ok'))
      throw new Error(`CLUSTERDOWN ${host.host}:${host.port} no ve su Cluster entero`);
    // A node that does not know its own address says none.
    return { host: owner[0] || host.host, port: owner[1] };
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}
