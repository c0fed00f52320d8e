import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockDataDir } from '../../scripts/launcher/data-dir-lock.ts';
import { isAlive, statOf } from '../../scripts/launcher/proc.ts';
import { freePorts, ROOT } from './launch.ts';

let folder: string;
const servers: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-launcher-'));
});

afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the launcher, which is expected to refuse and end. */
async function launch(env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.ts'), ...args], {
    env: { PATH: process.env['PATH'], DATA_DIR: join(folder, 'data'), ...(await freePorts()), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, code] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, errors: errors.trim(), output };
}

describe('npm start refuses, and says how to put it right', () => {
  test('when an option is unknown', async () => {
    const { code, errors } = await launch({}, ['--wach']);
    expect([code, errors]).toEqual([
      1,
      'No se entiende «--wach».\nUso: npm start [-- --watch]\n  --watch   reinicia cada proceso cuando cambia su código',
    ]);
  });

  test('when a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { code, errors } = await launch({ MONITOR_PORT: String(port) });
    expect([code, errors]).toEqual([
      1,
      `MONITOR_PORT=${port} está ocupado por otro programa; libérelo o elija otro puerto con MONITOR_PORT=…`,
    ]);
  });

  test('when ports are not ports, or the same', async () => {
    const { code, errors } = await launch({
      MONITOR_PORT: 'abc',
      LOGISTICA_PORT: '70000',
      GATEWAY_PORT: '18080',
      FRONTEND_PORT: '18080',
    });
    expect([code, errors.split('\n')]).toEqual([
      1,
      [
        'GATEWAY_PORT=18080 repite el puerto de FRONTEND_PORT; elija otro',
        'LOGISTICA_PORT=70000 no es un puerto; use un número de 1 a 65535',
        'MONITOR_PORT=abc no es un puerto; use un número de 1 a 65535',
      ],
    ]);
  });

  test('when the data folder cannot be made', async () => {
    const file = join(folder, 'un-archivo');
    await writeFile(file, '');
    const { code, errors } = await launch({ DATA_DIR: join(file, 'data') });
    expect([code, errors]).toEqual([
      1,
      `DATA_DIR=${join(file, 'data')} no se puede usar (ENOTDIR); dé permiso de escritura o elija otro directorio con DATA_DIR`,
    ]);
  });

  test('when redis-server is not installed', async () => {
    const { code, errors } = await launch({ PATH: folder });
    expect([code, errors]).toEqual([
      1,
      'Falta redis-server; instálelo (apt-get install redis-server, dnf install redis, brew install redis)\n' +
        'o indique un Redis que ya exista con REDIS_URL=redis://…',
    ]);
  });

  test('when a start is refused, then the data folder is free again', async () => {
    await expect(readFile(join(folder, 'data', 'launcher.lock'))).rejects.toThrow('ENOENT');
  });
});

describe('the lock of the data folder', () => {
  test('when its owner lives, then a second launcher is told its pid', async () => {
    const lock = await lockDataDir(folder);
    await expect(lockDataDir(folder)).rejects.toThrow(
      `Ya hay un lanzador en marcha con DATA_DIR=${folder} (pid ${process.pid}); deténgalo con: kill ${process.pid}`,
    );
    lock.release();
    const next = await lockDataDir(folder);
    expect(next.tookOver).toBe(false);
    next.release();
  });

  test.each([
    ['its owner is gone', '999999999 -\n'],
    ['its pid belongs to another program by now', `${process.pid} 1\n`],
    ['it is empty', ''],
    ['it is nonsense', 'hola que tal\n'],
  ])('when %s, then it is taken over', async (_name, contents) => {
    await writeFile(join(folder, 'launcher.lock'), contents);
    const lock = await lockDataDir(folder);
    expect(lock.tookOver).toBe(true);
    lock.release();
    await expect(readFile(join(folder, 'launcher.lock'))).rejects.toThrow('ENOENT');
  });

  test('when its owner has ended and nobody has noticed (a zombie), then it is taken over', async () => {
    // The shell becomes a program that never asks what became of its child.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    await expect.poll(() => statOf(pid)?.state).toBe('Z');
    await writeFile(join(folder, 'launcher.lock'), `${pid} ${statOf(pid)?.started}\n`);
    const lock = await lockDataDir(folder);
    expect(lock.tookOver).toBe(true);
    lock.release();
    parent.kill('SIGKILL');
  });

  test('when what a killed launcher started does not end, then it is killed, and nobody else', async () => {
    const [leftover, other] = [0, 1].map(() => spawn('sleep', ['60'], { stdio: 'ignore' }));
    const [ended, pid] = [once(leftover!, 'exit'), leftover!.pid ?? 0];
    await writeFile(
      join(folder, 'launcher.lock'),
      `999999999 - launcher\n${pid} ${statOf(pid)?.started} worker\n${other!.pid} 1 front-door\n`,
    );
    leftover!.kill('SIGSTOP');
    const lock = await lockDataDir(folder);
    expect((await ended)[1]).toBe('SIGKILL');
    expect(isAlive(other!.pid ?? 0)).toBe(true);
    lock.release();
    other!.kill('SIGKILL');
  });

  test('when two take over the same stale lock at once, then one of them gets it', async () => {
    await writeFile(join(folder, 'launcher.lock'), '999999999 -\n');
    const code = `
      const { lockDataDir } = await import(${JSON.stringify(join(ROOT, 'scripts/launcher/data-dir-lock.ts'))});
      console.log('waiting');
      process.stdin.once('data', async () => {
        try { await lockDataDir(${JSON.stringify(folder)}); console.log('mine'); }
        catch (error) { console.log(error.name); }
        process.stdin.once('data', () => process.exit());
      });`;
    const launchers = [0, 1].map(() => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const said: string[] = [];
      child.stdout.on('data', (data: Buffer) => said.push(data.toString().trim()));
      return { child, said };
    });
    const said = (line: number) => launchers.map((launcher) => launcher.said[line] ?? '').toSorted();
    await expect.poll(() => said(0)).toEqual(['waiting', 'waiting']);
    for (const { child } of launchers) child.stdin.write('go\n');
    await expect.poll(() => said(1)).toEqual(['UserError', 'mine']);
    for (const { child } of launchers) child.stdin.write('end\n');
  });
});
