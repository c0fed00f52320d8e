import type Database from 'better-sqlite3';

interface Waiting<T, R> {
  row: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/** Writes what came in the same turn of the loop with one commit, then tells `committed` of it, then answers. */
export function groupCommit<T, R>(
  db: Database.Database,
  insert: (row: T) => R,
  committed: (rows: readonly T[]) => Promise<void> = () => Promise.resolve(),
): (row: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];

  async function flush(): Promise<void> {
    const group = waiting;
    waiting = [];
    try {
      db.exec('begin immediate');
      const results = group.map(({ row }) => insert(row));
      db.exec('commit');
      await committed(group.map(({ row }) => row));
      group.forEach(({ resolve }, at) => resolve(results[at]!));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return (row) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void flush());
      waiting.push({ row, resolve, reject });
    });
}
