/** The fixture of the first version, laid out in a folder. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { FIXTURE } from '../fixtures/first-installation/expected.ts';
import { ROOT } from '../launcher/launch.ts';

/** Times by which rows are kept or removed, and sessions end. The fixture grows old; what it holds must not. */
const KEPT_BY_TIME: Record<string, Record<string, string[]>> = {
  autorizador: { sesion: ['creada', 'expira', 'cerrada'], refresh_token: ['expira', 'usado'] },
  logistica: {
    idempotencia: ['creada'],
    tarea_procesada: ['procesada'],
    cuarentena: ['momento'],
    evento: ['momento'],
    "tarea where creada_por = 'programada'": ['creada', 'iniciada', 'terminada', 'actualizada'],
  },
  monitor: { actividad: ['momento'], medicion: ['momento'] },
};

/** As it was when the platform had been stopped. */
export function layOutDataDir(folder: string): string {
  const unpacked = join(folder, 'unpacked');
  const dataDir = join(folder, 'data');
  mkdirSync(unpacked);
  const archive = join(FIXTURE, 'data-dir.tar.gz');
  const owned = ['--preserve-permissions', '--no-same-owner'];
  execFileSync('tar', ['--extract', '--gzip', '--file', archive, '--directory', unpacked, ...owned]);
  // Copied before the databases are closed, which would fold their WAL into them.
  renewTimes(unpacked, () => cpSync(unpacked, dataDir, { recursive: true, preserveTimestamps: true }));
  return dataDir;
}

/** From the backup that the first version made, by today's `npm run restore`. */
export function restoreBackup(folder: string): string {
  const dataDir = join(folder, 'data');
  const archive = join(folder, 'copia.tar');
  writeFileSync(archive, gunzipSync(readFileSync(join(FIXTURE, 'backup.tar.gz'))), { mode: 0o600 });
  execFileSync('npm', ['run', '--silent', 'restore', '--', archive], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  renewTimes(dataDir, () => undefined);
  return dataDir;
}

/** @param changed called while the databases are still open */
function renewTimes(dataDir: string, changed: () => void): void {
  const databases = Object.keys(KEPT_BY_TIME).map((name) => ({
    db: new Database(join(dataDir, `${name}.db`)),
    tables: KEPT_BY_TIME[name] ?? {},
  }));
  const logistica = databases.find(({ tables }) => 'idempotencia' in tables);
  const stopped = Number(logistica?.db.prepare('select max(momento) from evento').pluck().get());
  const age = Date.now() - stopped;
  for (const { db, tables } of databases) {
    for (const [rows, columns] of Object.entries(tables)) {
      const [table = '', condition = ''] = rows.split(/(?= where )/);
      const renewed = columns.map((column) => `${column} = ${column} + ${age}`).join(', ');
      db.exec(`update ${table} set ${renewed}${condition}`);
    }
  }
  changed();
  for (const { db } of databases) db.close();
}

/** How many hashes and signatures of logistica lie there as the first version stored them, and what is still to be sealed. */
export function countUnsealed(dataDir: string): { plain: number; toDo: number } {
  const db = new Database(join(dataDir, 'logistica.db'), { readonly: true });
  const count = (rows: string) => Number(db.prepare(`select count(*) from ${rows}`).pluck().get());
  const plain =
    count("idempotencia where huella not like 'h1:%'") +
    count("confirmacion where req_hash not like 'h1:%' or firma not like 'v1:%'") +
    count("entrega where firma not like 'v1:%'");
  const isMigrated = count("sqlite_schema where name = 'sellado'") > 0;
  const toDo = isMigrated ? count('sellado') : 0;
  db.close();
  return { plain, toDo };
}

/** Rows per table of each database, and what SQLite thinks of it. */
export function inspectDatabases(dataDir: string, names: readonly string[]) {
  return Object.fromEntries(
    names.map((name) => {
      const db = new Database(join(dataDir, `${name}.db`), { readonly: true });
      const tables = db
        .prepare<[], string>("select name from sqlite_schema where type = 'table'")
        .pluck()
        .all();
      const rows = Object.fromEntries(
        tables.map((table) => [table, Number(db.prepare(`select count(*) from "${table}"`).pluck().get())]),
      );
      const integrity = db.pragma('integrity_check', { simple: true });
      const orphans = db.pragma('foreign_key_check');
      db.close();
      return [name, { rows, integrity, orphans }];
    }),
  );
}
