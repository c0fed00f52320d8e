/** Who may do what in a Redis of the platform's own: a user for each process, and one for whoever runs it. */
import { redisKey, SLOT_TAG } from '../redis/keys.ts';
import { withUser } from '../config/redis-url.ts';
import { sha256Hex } from './canonical-json.ts';

/** May do everything: health checks, and people with `redis-cli`. Its password lies with Redis. */
export const REDIS_OPERATOR = 'operator';
/** Opens a folder of secrets below `secrets`, whose `redis_password` is that user's. */
export const redisUserOf = (folder: string): string => (folder === 'redis' ? REDIS_OPERATOR : folder);

/** The address of the same Redis for another user. */
export const asRedisUser = (redisUrl: string, folder: string): string =>
  withUser(redisUrl, redisUserOf(folder));

/** What every connection says when it opens; in a Cluster it asks who has the slot first. */
const CONNECTION =
  '+ping +quit +hello +info +select +time +client|setname +client|id +client|info ' +
  '+cluster|info +cluster|keyslot +cluster|slots';
const key = (name: string): string => `~${redisKey(name)}`;
/** Scripts; what they call is checked as if the client had called it. */
const SCRIPTS = '+eval +evalsha +script|exists +script|load +multi +exec +discard';
/** What BullMQ reads; all that monitor may do to the queues. */
const READ_QUEUES =
  '+exists +get +hexists +hget +hgetall +hlen +hmget +hscan +lindex +llen +lpos +lrange +pttl +scard +sismember ' +
  '+smembers +sscan +type +xlen +xrange +xread +xrevrange +zcard +zcount +zlexcount +zrange +zrangebylex ' +
  '+zrangebyscore +zrevrange +zrevrangebyscore +zscore';
const WRITE_QUEUES =
  '+bzpopmin +del +hdel +hincrby +hmset +hset +incr +incrby +lpop +lpush +lrem +lset +ltrim +persist +pexpire ' +
  '+pexpireat +rename +rpop +rpoplpush +rpush +sadd +set +srem +unlink +xadd +xdel +xtrim +zadd +zpopmin +zrem ' +
  '+zremrangebyrank +zremrangebyscore';
const QUEUES = `~${SLOT_TAG}:* ${SCRIPTS} ${READ_QUEUES}`;
/** Events of the outbox, and the mark that tells that Redis lost its jobs. */
const RELAY = `${key('eventos')} ${key('memoria')} ${WRITE_QUEUES} +xinfo|stream &medisupply:control +publish`;
/** Whom autorizador shut out. A selector of its own: nothing else may be done to that key. */
const REVOKED = `(%R${key('revocations')} +zrange)`;
const COUNT = `${SCRIPTS} +get +set +del +pttl +incrby +expire`;

const RULES: Readonly<Record<string, string>> = {
  [REDIS_OPERATOR]: '~* &* +@all',
  autorizador: `${key('registro:*')} ${key('login:*')} ${key('revocations')} ${COUNT} +zadd +zrange +zremrangebyscore +pexpire`,
  'logistica-inventario': `${QUEUES} ${RELAY} ${key('confirmaciones:*')} ${key('entregas:*')} ${key('seguimiento:*')} +expire ${REVOKED}`,
  monitor: `${QUEUES} +dbsize ${REVOKED} (%R${key('eventos')} +xread +xrange +xrevrange) (%R${key('worker*')} +get +zrange)`,
  'bull-board': `${QUEUES} ${WRITE_QUEUES} ${REVOKED}`,
  worker: `${QUEUES} ${RELAY} +dbsize ${key('worker*')} &medisupply:control:reply:* +subscribe +unsubscribe +client|list`,
};
/** Of a service that was added: whom autorizador shut out, and counters under its name. */
const addedService = (name: string): string => `${key(`${name}:*`)} ${COUNT} ${REVOKED}`;

/**
 * Nobody can be it: there is no password, and it is off. It may do everything all the same, because Redis 7.0 reads the
 * transactions of its own append-only file as this user, and would leave out at its start whatever that one may not do.
 */
const DEFAULT_USER = 'user default off resetpass ~* &* +@all';

/** The same users without limits, which Redis before 7 could not read. */
export const withoutLimits = (users: string): string =>
  users.replaceAll(/^(user \S+ (?:on #\w+|off resetpass)) .*$/gm, '$1 ~* +@all');

/** A file for `aclfile`: it holds hashes, and nobody gets in without a name. */
export function accessList(folders: readonly string[], passwordOf: (folder: string) => string): string {
  const users = folders.map((folder) => {
    const user = redisUserOf(folder);
    const rules = RULES[user] ?? addedService(folder);
    return `user ${user} on #${sha256Hex(passwordOf(folder))} resetchannels ${CONNECTION} ${rules}`;
  });
  return `${[DEFAULT_USER, ...users].join('\n')}\n`;
}
