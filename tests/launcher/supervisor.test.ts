import { afterEach, describe, expect, test } from 'vitest';
import type { Death, Supervised } from '../../scripts/launcher/supervisor.ts';
import { supervise } from '../../scripts/launcher/supervisor.ts';

const running: Supervised[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop(0)));
});

/** Supervises `node -e code` and records what is heard of it. */
function run(code: string, command = process.execPath) {
  const lines: string[] = [];
  const deaths: Death[] = [];
  const messages: unknown[] = [];
  const pids: (number | undefined)[] = [];
  const supervised = supervise(
    { name: 'prueba', command, args: ['-e', code], env: {}, ipc: true },
    {
      started: (child) => pids.push(child.pid),
      line: (line) => lines.push(line),
      message: (message) => messages.push(message),
      died: (death) => deaths.push(death),
    },
  );
  running.push(supervised);
  return { supervised, lines, deaths, messages, pids };
}

const STAYS = 'process.send({type: "ready"}); setInterval(() => {}, 1000);';

describe('a supervised process', () => {
  test('when it writes, then its lines and messages arrive', async () => {
    const { lines, messages } = run(`console.log('uno'); console.error('dos'); ${STAYS}`);
    await expect.poll(() => lines.toSorted()).toEqual(['dos', 'uno']);
    await expect.poll(() => messages).toEqual([{ type: 'ready' }]);
  });

  test('when it ends again and again, then it is restarted with a growing backoff', async () => {
    const { deaths } = run('process.exit(3)');
    await expect.poll(() => deaths.length, { timeout: 5_000 }).toBe(3);
    expect(deaths).toEqual([
      { reason: 'código 3', count: 1, restartMs: 250 },
      { reason: 'código 3', count: 2, restartMs: 500 },
      { reason: 'código 3', count: 3, restartMs: 1_000 },
    ]);
  });

  test('when it is killed, then another one takes its place', async () => {
    const { deaths, messages, pids } = run(STAYS);
    await expect.poll(() => messages.length).toBe(1);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await expect.poll(() => messages.length).toBe(2);
    expect(deaths).toEqual([{ reason: 'señal SIGKILL', count: 1, restartMs: 250 }]);
    expect(pids[1]).not.toBe(pids[0]);
  });

  test('when the program does not exist, then that is a death like any other', async () => {
    const { deaths } = run('', '/no/existe');
    await expect
      .poll(() => deaths[0])
      .toEqual({ reason: 'spawn /no/existe ENOENT', count: 1, restartMs: 250 });
  });

  test('when it is restarted on purpose, then a new one runs and nobody died', async () => {
    const { supervised, deaths, messages, pids } = run(STAYS);
    await expect.poll(() => messages.length).toBe(1);
    supervised.restart();
    await expect.poll(() => messages.length).toBe(2);
    expect([deaths, new Set(pids).size]).toEqual([[], 2]);
  });
});

describe('stopping', () => {
  test('when it obeys SIGTERM, then it ends its own way and is not restarted', async () => {
    const { supervised, lines, deaths, messages } = run(
      `process.on('SIGTERM', () => { console.log('adiós'); process.exit(0); }); ${STAYS}`,
    );
    await expect.poll(() => messages.length).toBe(1);
    await Promise.all([supervised.stop(5_000), supervised.stop(5_000)]);
    expect([supervised.pid, deaths]).toEqual([undefined, []]);
    await expect.poll(() => lines).toEqual(['adiós']);
  });

  test('when it ignores SIGTERM, then it is killed after the grace time', async () => {
    const { supervised, messages, pids } = run(`process.on('SIGTERM', () => {}); ${STAYS}`);
    await expect.poll(() => messages.length).toBe(1);
    const startedAt = performance.now();
    await supervised.stop(300);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299);
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow('ESRCH');
  });

  test('when it is waiting for its restart, then it is never started again', async () => {
    const { supervised, deaths, pids } = run('process.exit(1)');
    await expect.poll(() => deaths.length).toBe(2);
    await supervised.stop(1_000);
    // Longer than the backoff that was pending: the absence of a start is the fact.
    await new Promise((resolve) => setTimeout(resolve, (deaths[1]?.restartMs ?? 0) + 100));
    expect(pids.length).toBe(2);
  });
});
