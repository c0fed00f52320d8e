import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { watchLiveness } from '../../scripts/launcher/liveness.ts';
import { ROOT } from './launch.ts';

const children: ChildProcess[] = [];
let watching = new AbortController();

afterEach(() => {
  watching.abort();
  watching = new AbortController();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that answers everything with 200, and blocks its event loop for the milliseconds that it is told. */
async function startServer(): Promise<{ child: ChildProcess; pid: number; port: number; url: string }> {
  const port = await freePort();
  const program = `
    require('node:http').createServer((_, response) => response.end('{}')).listen(${port}, '127.0.0.1', () => process.send('ready'));
    process.on('message', (ms) => {
      process.send('blocked');
      for (const until = performance.now() + ms; performance.now() < until; );
      process.send('free');
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  await once(child, 'message');
  return { child, pid: child.pid ?? 0, port, url: `http://127.0.0.1:${port}/livez` };
}

/** Twenty times as impatient as the launcher. */
const LIMITS = { look: 50, quiet: 100, frozen: 400 };

function watch({ pid, url }: { pid: number; url: string }, blockedAfter = 30_000): string[] {
  const reasons: string[] = [];
  watchLiveness({ pid, url, blockedAfter }, watching.signal, (reason) => reasons.push(reason), LIMITS);
  return reasons;
}

describe('a process that is watched', () => {
  test('when it is frozen, then it is lost, once', async () => {
    const server = await startServer();
    const lost = watch(server);
    server.child.kill('SIGSTOP');
    await expect.poll(() => lost).toEqual([expect.stringMatching(/^está congelado desde hace \d+ s$/)]);
  });

  test('when it is busy for longer than that, then it lives', async () => {
    const server = await startServer();
    const lost = watch(server);
    server.child.send(1_500);
    await once(server.child, 'message');
    await once(server.child, 'message');
    expect(lost).toEqual([]);
  });

  test('when it is busy for ever, then it is lost after the time that it has for that', async () => {
    const server = await startServer();
    const lost = watch(server, 1_000);
    server.child.send(60_000);
    await expect.poll(() => lost).toEqual([expect.stringMatching(/^no responde desde hace \d+ s$/)]);
  });

  test('when the watcher itself did not run meanwhile, then nobody is judged by that time', async () => {
    const server = await startServer();
    const lost = watch(server, 1_000);
    await new Promise((resolve) => setTimeout(resolve, LIMITS.look));
    server.child.kill('SIGSTOP');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    server.child.kill('SIGCONT');
    // An answer to a question of its own is the sign that it was looked at again.
    expect((await fetch(server.url)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, LIMITS.frozen));
    expect(lost).toEqual([]);
  });

  test('when it has ended or the watch is over, then nothing more is said', async () => {
    const server = await startServer();
    const lost = watch(server);
    watching.abort();
    server.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2 * LIMITS.frozen));
    expect(lost).toEqual([]);
  });
});

describe('the health check of a container', () => {
  const check = (port: number) =>
    spawnSync(process.execPath, [join(ROOT, 'scripts/healthcheck.mjs'), String(port)], { encoding: 'utf8' });

  test('when the process is ready, then it ends with 0', async () => {
    expect(check((await startServer()).port)).toMatchObject({ status: 0, stderr: '' });
  });

  test('when nobody listens, then it ends with 1', async () => {
    const port = await freePort();
    expect(check(port)).toMatchObject({ status: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  test('when the process is frozen, then it is killed, soon enough for another one to write within 20 s', async () => {
    const { child, port } = await startServer();
    child.kill('SIGSTOP');
    const ended = once(child, 'exit');
    const startedAt = performance.now();
    expect(check(port)).toMatchObject({ status: 1, stderr: expect.stringContaining('está congelado') });
    expect((await ended)[1]).toBe('SIGKILL');
    // The engine looks every five seconds.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  }, 40_000);
});
