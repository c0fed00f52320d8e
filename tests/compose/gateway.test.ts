/** The published ports of the running stack; what Nginx does in detail is in tests/gateway. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import { openStack } from './stack.ts';

const stack = openStack(inject('stack'));
const { ports, base } = stack;

const node = (args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  return { status, output: stdout + stderr };
};

test('the demo does the main job and two forgeries', () => {
  expect(node(['scripts/demo.ts', '--base', base])).toEqual({
    status: 0,
    output: expect.stringContaining('Todo bien: una entrega confirmada y dos falsificaciones rechazadas'),
  });
});

test('the gateway tells the version of the platform', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await (await fetch(`${base}/health`)).json()).toMatchObject({ service: 'gateway', version });
});

test('page and API answer on the page’s port as well', async () => {
  const page = `http://127.0.0.1:${ports['FRONTEND_PORT']}`;
  const answer = await fetch(`${page}/entregas`, { headers: { accept: 'text/html' } });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<ms-root')]);
  expect(answer.headers.get('content-security-policy')).toContain("'nonce-");
  expect((await fetch(`${page}/api/v1/monitor/health`)).status).toBe(200);
});

test.each(['AUTORIZADOR_PORT', 'LOGISTICA_PORT', 'MONITOR_PORT', 'BULL_BOARD_PORT'])(
  '%s answers',
  async (port) => {
    expect((await fetch(`http://127.0.0.1:${ports[port]}/health`)).status).toBe(200);
  },
);

test('a service key is of use on a service’s own port only', async () => {
  const key = await stack.compose([
    'run',
    '--rm',
    '-T',
    'setup',
    'cat',
    '/setup/secrets/operator/service_key',
  ]);
  const headers = { 'i-api-key': key.trim() };
  expect((await fetch(`http://127.0.0.1:${ports['LOGISTICA_PORT']}/tareas`, { headers })).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${ports['LOGISTICA_PORT']}/metrics`, { headers })).status).toBe(200);
  expect((await fetch(`${base}/api/v1/logistica/tareas`, { headers })).status).toBe(401);
  expect((await fetch(`${base}/api/v1/logistica/metrics`, { headers })).status).toBe(404);
});

test('Redis answers nobody without its password', async () => {
  const said = await stack.exec('redis', ['redis-cli', 'ping']);
  expect(said).toContain('NOAUTH');
});

test('keys are rotated in the vault, and the services follow without a restart', async () => {
  const said = await stack.compose([
    'run',
    '--rm',
    '-T',
    'setup',
    'node',
    'scripts/keys.ts',
    'rotate',
    'firmas',
  ]);
  expect(said).toMatch(/^en uso: /m);
  expect(node(['scripts/demo.ts', '--base', base])).toMatchObject({ status: 0 });
});

test('the log of a service is readable', async () => {
  const log = await stack.compose(['logs', '--no-color', 'm-logistica-inventario']);
  expect(log).toMatch(/\d\d:\d\d:\d\d info {2}listo port=5002/);
});
