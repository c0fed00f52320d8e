/** Several redis-servers, of which one takes another's place: with sentinels, or as a Cluster. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import { freePort } from '../lifecycle/free-port.ts';
import { openRedis } from '../redis/connect.ts';
import type { RedisAddress } from '../redis/connect.ts';
import { SLOT_TAG } from '../redis/keys.ts';
import { REDIS_OPERATOR } from '../security/redis-users.ts';
import { killRedis, spawnRedis } from './redis-server.ts';
import { until } from './until.ts';

export interface RedisSet {
  /** The operator's. */
  url: string;
  /** What a process needs besides. */
  env: Record<string, string>;
  /** Who may do everything, at whichever node is the master. */
  operator: Redis;
  master(): Promise<RedisNode>;
  /** From now on the master's replicas learn nothing: what the master is given is lost with it. */
  cutReplicas(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisNode {
  port: number;
  operator: Redis;
  process: ChildProcess;
}

export interface RedisCluster extends RedisSet {
  nodes: readonly RedisNode[];
  /** Gives the platform's slot to another master, key by key. */
  moveSlot(): Promise<void>;
}

const PATIENCE = 30_000;
/** After so long without an answer a master is replaced (ms). */
const DOWN_AFTER = '1000';

/**
 * A master, two replicas and three sentinels, which ask for a password of their own.
 * @param users the folder `redis` of the secrets: one user for each process
 */
export async function startSentinels(users: string): Promise<RedisSet> {
  const nodes = await openNodes(users);
  const first = await nodes.start();
  const replicaof = `127.0.0.1 ${first.port}`;
  for (const replica of [await nodes.start({ replicaof }), await nodes.start({ replicaof })])
    await until(() => saysOf(replica, 'replication', 'master_link_status:up'), PATIENCE);
  const sentinelPassword = 'la-de-los-centinelas';
  const REDIS_SENTINEL_PASSWORD_FILE = join(nodes.folder, 'sentinel_password');
  await writeFile(REDIS_SENTINEL_PASSWORD_FILE, sentinelPassword);
  const ports = [await freePort(), await freePort(), await freePort()];
  const configuration = `
    sentinel monitor mymaster 127.0.0.1 ${first.port} 2
    sentinel auth-user mymaster ${REDIS_OPERATOR}
    sentinel auth-pass mymaster ${nodes.password}
    sentinel down-after-milliseconds mymaster ${DOWN_AFTER}
    sentinel failover-timeout mymaster 5000`;
  const sentinels = await Promise.all(
    ports.map((port) => startSentinel(nodes.folder, port, sentinelPassword, configuration)),
  );
  const known = async ({ operator }: Sentinel) =>
    String(await operator.call('SENTINEL', 'CKQUORUM', 'mymaster').catch(String)).startsWith('OK 3') &&
    ((await operator.call('SENTINEL', 'REPLICAS', 'mymaster')) as unknown[]).length === 2;
  await until(async () => (await Promise.all(sentinels.map(known))).every(Boolean), PATIENCE);

  const url = `redis+sentinel://${REDIS_OPERATOR}@${ports.map((port) => `127.0.0.1:${port}`).join()}/mymaster`;
  const master = () => nodes.find((node) => saysOf(node, 'replication', 'role:master'));
  const operator = openOperator({ REDIS_URL: url, REDIS_SENTINEL_PASSWORD_FILE, password: nodes.password });
  return {
    url,
    env: { REDIS_SENTINEL_PASSWORD_FILE },
    operator,
    master,
    cutReplicas: async () => nodes.cutReplicas(await master()),
    async stop() {
      operator.disconnect();
      for (const sentinel of sentinels) {
        sentinel.operator.disconnect();
        await killRedis(sentinel.process);
      }
      await nodes.stop();
    },
  };
}

/** Three masters with a replica each. */
export async function startCluster(users: string): Promise<RedisCluster> {
  const nodes = await openNodes(users);
  const addresses: string[] = [];
  const started: RedisNode[] = [];
  for (let n = 0; n < 6; n += 1) {
    const bus = await freePort();
    const node = await nodes.start({
      'cluster-enabled': 'yes',
      'cluster-port': String(bus),
      'cluster-node-timeout': DOWN_AFTER,
    });
    started.push(node);
    addresses.push(`127.0.0.1:${node.port}@${bus}`);
  }
  const as = ['--user', REDIS_OPERATOR, '--pass', nodes.password, '--no-auth-warning'];
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'];
  await promisify(execFile)('redis-cli', [...as, ...create], { timeout: PATIENCE });
  await until(
    async () => (await Promise.all(started.map(({ operator }) => isWhole(operator)))).every(Boolean),
    PATIENCE,
  );

  const seeds = started.slice(0, 3).map(({ port }) => `127.0.0.1:${port}`);
  const url = `redis+cluster://${REDIS_OPERATOR}@${seeds.join()}`;
  const operator = openOperator({ REDIS_URL: url, password: nodes.password });
  const slot = await started[0]!.operator.cluster('KEYSLOT', SLOT_TAG);
  const idOf = (node: RedisNode) => node.operator.cluster('MYID');
  /** Whoever takes itself for it: the others may not have heard of it yet. */
  const master = () =>
    nodes.find(async (node) => {
      const ranges = await node.operator.cluster('SLOTS');
      const owner = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2];
      return owner?.[2] === (await idOf(node));
    });
  return {
    url,
    env: {},
    nodes: started,
    operator,
    master,
    cutReplicas: async () => nodes.cutReplicas(await master()),
    async moveSlot() {
      const from = await master();
      const to = await nodes.find(
        async (node) => node !== from && (await saysOf(node, 'replication', 'role:master')),
      );
      await to.operator.cluster('SETSLOT', slot, 'IMPORTING', await idOf(from));
      await from.operator.cluster('SETSLOT', slot, 'MIGRATING', await idOf(to));
      for (;;) {
        const keys = await from.operator.cluster('GETKEYSINSLOT', slot, 20);
        if (keys.length === 0) break;
        const auth = ['AUTH2', REDIS_OPERATOR, nodes.password];
        await from.operator.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, ...auth, 'KEYS', ...keys);
      }
      for (const node of [to, from]) await node.operator.cluster('SETSLOT', slot, 'NODE', await idOf(to));
    },
    async stop() {
      operator.disconnect();
      await nodes.stop();
    },
  };
}

async function openNodes(users: string) {
  const folder = await mkdtemp(join(tmpdir(), 'medisupply-redis-set-'));
  const password = (await readFile(join(users, 'redis_password'), 'utf8')).trim();
  const started: RedisNode[] = [];
  async function find(isIt: (node: RedisNode) => Promise<boolean>): Promise<RedisNode> {
    for (const node of started) if (await isIt(node).catch(() => false)) return node;
    throw new Error('no node is that');
  }
  return {
    folder,
    password,
    async start(settings: Record<string, string> = {}): Promise<RedisNode> {
      const port = await freePort();
      const dir = join(folder, String(port));
      await mkdir(dir);
      const address = { REDIS_URL: `redis://${REDIS_OPERATOR}@127.0.0.1:${port}`, password };
      const child = await spawnRedis(
        {
          port: String(port),
          dir,
          aclfile: join(users, 'usuarios.acl'),
          masteruser: REDIS_OPERATOR,
          masterauth: password,
          'repl-diskless-sync-delay': '0',
          ...settings,
        },
        address,
      );
      const node = { port, operator: openOperator(address), process: child };
      started.push(node);
      return node;
    },
    find,
    async cutReplicas(master: RedisNode): Promise<void> {
      for (const node of started)
        if (await saysOf(node, 'replication', `master_port:${master.port}`))
          await node.operator.config('SET', 'masterauth', 'otra');
      await master.operator.call('CLIENT', 'KILL', 'TYPE', 'REPLICA');
    },
    async stop() {
      for (const { operator, process } of started) {
        operator.disconnect();
        await killRedis(process);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Sentinel {
  process: ChildProcess;
  operator: Redis;
}

async function startSentinel(
  folder: string,
  port: number,
  password: string,
  configuration: string,
): Promise<Sentinel> {
  const file = join(folder, `sentinel-${port}.conf`);
  await writeFile(file, `bind 127.0.0.1\nport ${port}\nrequirepass ${password}\n${configuration}\n`);
  const process = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  const operator = openOperator({ REDIS_URL: `redis://127.0.0.1:${port}`, password });
  await until(() => operator.ping().then(Boolean, () => false), PATIENCE);
  return { process, operator };
}

function openOperator(address: RedisAddress): Redis {
  const redis = openRedis(address, {
    maxRetriesPerRequest: 1,
    commandTimeout: 5_000,
    retryStrategy: () => 50,
  });
  return redis.on('error', () => undefined);
}

const saysOf = async ({ operator }: RedisNode, section: string, line: string): Promise<boolean> =>
  (await operator.info(section)).split('\r\n').includes(line);

/** Whether a node sees all slots served and all six nodes. */
async function isWhole(operator: Redis): Promise<boolean> {
  const info = await operator.cluster('INFO');
  return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:6');
}
