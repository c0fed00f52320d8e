import { chmodSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely } from 'kysely';
import { CachedStatements, ImmediateSqliteDialect } from './sqlite-dialect.ts';

/** How long SQLite itself may freeze the event loop while another process has what is needed (ms). */
const BUSY_TIMEOUT = 20;
/** How long opening waits for other processes that open the same file (ms). */
const OPEN_WAIT = 10_000;
/** Before 3.51.3 several connections to one WAL file could corrupt it. */
const MIN_SQLITE = [3, 51, 3] as const;

/** A raw connection with every pragma set and checked. `patience` is for other processes that open the same file (ms). */
export function openHandle(file: string, patience = OPEN_WAIT): Database.Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  assertLocalFileSystem(dirname(file));
  const handle = new Database(file, { timeout: patience });
  keepToOurselves(file);
  try {
    assertVersion(handle);
    enterWal(handle, patience);
    // Opening an existing WAL file gives NORMAL: a power cut would then lose commits that were answered.
    setAndAssert(handle, 'synchronous', 'FULL', 2);
    setAndAssert(handle, 'foreign_keys', 'ON', 1);
    handle.pragma(`busy_timeout = ${BUSY_TIMEOUT}`);
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** 0600, which the files beside it take over. One of another owner stays as it is. */
function keepToOurselves(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EPERM') throw error;
  }
}

export function kyselyOver<DB>(handle: Database.Database): Kysely<DB> {
  return new Kysely<DB>({ dialect: new ImmediateSqliteDialect({ database: new CachedStatements(handle) }) });
}

/**
 * Changing the mode of a new file needs it for oneself, and SQLite gives up at once, whatever its timeout, when two
 * processes try together.
 */
function enterWal(handle: Database.Database, patience: number): void {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      setAndAssert(handle, 'journal_mode', 'wal', 'wal');
      return;
    } catch (error) {
      if (
        !(error instanceof Database.SqliteError) ||
        error.code !== 'SQLITE_BUSY' ||
        performance.now() > deadline
      )
        throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function setAndAssert(
  handle: Database.Database,
  pragma: string,
  value: string,
  expected: string | number,
): void {
  handle.pragma(`${pragma} = ${value}`);
  const actual = handle.pragma(pragma, { simple: true });
  if (actual !== expected) throw new Error(`${handle.name}: ${pragma} is ${String(actual)}, not ${value}`);
}

function assertVersion(handle: Database.Database): void {
  const version = handle.prepare('select sqlite_version()').pluck().get() as string;
  const parts = version.split('.').map(Number);
  for (const [index, minimum] of MIN_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > minimum) return;
    if (part < minimum)
      throw new Error(`SQLite ${version} is older than ${MIN_SQLITE.join('.')}: run npm ci`);
  }
}

/** WAL needs shared memory between the processes of one host. */
const SHARED_FILE_SYSTEMS: Record<number, string> = {
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x01021997: '9p',
  0x65735546: 'FUSE/virtiofs',
};

function assertLocalFileSystem(directory: string): void {
  const name = SHARED_FILE_SYSTEMS[statfsSync(directory).type >>> 0];
  if (name) {
    throw new Error(
      `DATA_DIR=${directory} está en ${name}; SQLite necesita un disco local (en compose, un volumen con nombre)`,
    );
  }
}
