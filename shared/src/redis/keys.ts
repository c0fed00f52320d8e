/**
 * Hash tag of every key: all of them share one slot of a Redis Cluster, so that scripts may touch several, and one
 * connection reaches everything.
 */
export const SLOT_TAG = '{medisupply}';

/** A key that is none of BullMQ's, whose names begin with the tag and a colon: users of Redis tell them apart by it. */
export const redisKey = (name: string): string => `${SLOT_TAG}/${name}`;
