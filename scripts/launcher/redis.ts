import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { REDIS_OPERATOR, withoutLimits } from '@medisupply/shared/security/redis-users';
import { writeFileAtomic } from '@medisupply/shared/security/atomic-file';
import { REDIS_USERS_FILE } from '@medisupply/shared/security/secret-layout';
import { UserError } from '../terminal/user-error.ts';
import { isAlive } from './proc.ts';
import type { ProcessSpec } from './supervisor.ts';

const PROGRAM = 'redis-server';
const END_MS = 10_000;
/** Then it is frozen; its file holds what it had a second before (ms). */
const KILL_MS = 4_000;
/** What it says as warnings at every start and stop, and what it advises for servers. */
const NOISE =
  /Redis is starting|Redis version=|Configuration loaded|Server initialized|overcommit|Transparent Huge|shutdown|bye bye/;

/** The private Redis of a data folder, with a user for each process. */
export interface PrivateRedis {
  spec: ProcessSpec;
  url: string;
  /** False where redis-server is too old to say what each user may do. */
  limitsUsers: boolean;
  /** True once it accepts commands (not while it still loads its file). */
  answers(): Promise<boolean>;
}

/** @throws UserError when redis-server is not installed, or the one of a launcher that was killed does not end. */
export async function prepareRedis(
  dataDir: string,
  port: number,
  path = process.env['PATH'],
): Promise<PrivateRedis> {
  if (!isInstalled(path)) {
    throw new UserError(
      'Falta redis-server; instálelo (apt-get install redis-server, dnf install redis, brew install redis)\n' +
        'o indique un Redis que ya exista con REDIS_URL=redis://…',
    );
  }
  const folder = join(dataDir, 'redis');
  const pidFile = join(folder, 'redis.pid');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await endLeftover(pidFile, folder);

  const secrets = join(dataDir, 'secrets');
  const usersFile = join(secrets, REDIS_USERS_FILE);
  const limitsUsers = majorVersion(path) >= 7;
  const aclFile = limitsUsers ? usersFile : join(folder, 'usuarios.acl');
  if (!limitsUsers) writeFileAtomic(aclFile, withoutLimits(readFileSync(usersFile, 'utf8')), 0o600);
  const password = readFileSync(join(secrets, 'redis', 'redis_password'), 'utf8').trim();
  const confFile = join(folder, 'redis.conf');
  rmSync(confFile, { force: true });
  writeFileSync(confFile, configuration({ folder, pidFile, port, aclFile }), { mode: 0o600 });
  return {
    spec: {
      name: 'redis',
      command: PROGRAM,
      args: [confFile],
      env: { PATH: path, DATA_DIR: dataDir },
      ipc: false,
      detached: true,
      noise: NOISE,
    },
    url: `redis://127.0.0.1:${port}`,
    limitsUsers,
    answers: () => answers(port, password),
  };
}

function configuration(options: { folder: string; pidFile: string; port: number; aclFile: string }): string {
  const settings = {
    bind: '127.0.0.1',
    port: options.port,
    aclfile: JSON.stringify(options.aclFile),
    dir: JSON.stringify(options.folder),
    pidfile: JSON.stringify(options.pidFile),
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '""',
    'maxmemory-policy': 'noeviction',
    loglevel: 'warning',
    // The command line keeps naming the configuration file, which tells ours from others.
    'set-proc-title': 'no',
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join('\n')}\n`;
}

/**
 * redis-server has no IPC channel that would tell it of our death. A shell of its own waits for the end of a pipe that
 * only we hold open, leaves the services a moment to finish, and ends it. Call it for every started redis-server.
 */
export function guardRedis(redis: ChildProcess): void {
  const script =
    'read -r _; sleep 1; kill -TERM "$1" 2>/dev/null; n=0; ' +
    'while [ $n -lt 50 ] && kill -0 "$1" 2>/dev/null; do n=$((n+1)); sleep 0.2; done; kill -KILL "$1" 2>/dev/null';
  if (redis.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', script, 'redis-guard', String(redis.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  redis.once('exit', () => guard.kill('SIGKILL'));
}

/** Two servers must never write the same file. */
async function endLeftover(pidFile: string, folder: string): Promise<void> {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  const startedAt = performance.now();
  while (isAlive(pid) && isOurs(pid, folder)) {
    const waited = performance.now() - startedAt;
    if (waited > END_MS) {
      throw new UserError(
        `redis-server (pid ${pid}), de un arranque anterior, no termina; deténgalo con: kill -9 ${pid}`,
      );
    }
    process.kill(pid, waited > KILL_MS ? 'SIGKILL' : 'SIGTERM');
    await delay(100);
  }
}

function isOurs(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

const majorVersion = (path: string | undefined): number =>
  Number(
    /v=(\d+)/.exec(execFileSync(PROGRAM, ['--version'], { encoding: 'utf8', env: { PATH: path } }))?.[1],
  );

function isInstalled(path = ''): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder || '.', PROGRAM), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`AUTH ${REDIS_OPERATOR} ${password}\r\nPING\r\nQUIT\r\n`),
    );
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', (data) => (received += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received.includes('+PONG')));
  });
}
