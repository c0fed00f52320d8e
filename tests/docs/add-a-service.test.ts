import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { ROOT } from '../launcher/launch.ts';
import { section } from './markdown.ts';

const page = readFileSync(join(ROOT, 'docs/add-a-service.md'), 'utf8');

test('when the program with the helpers alone is run as it stands, then it answers with CORS and health', async () => {
  const [, program = ''] = /^```ts\n(.*?)^```$/ms.exec(section(page, 'The helpers alone')) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-ayudantes-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'mi-servicio.ts'), program);
  const port = String(await freePort());
  const child = spawn(process.execPath, ['mi-servicio.ts'], {
    cwd: folder,
    env: { PORT: port, LOG_LEVEL: 'warn' },
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  const origin = 'http://localhost:4200';
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { origin } });
  try {
    await until(() =>
      ask('/livez').then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    const answer = await ask('/mi-endpoint');
    expect([answer.status, await answer.json()]).toEqual([200, { mensaje: 'Hola' }]);
    const health = await ask('/health');
    expect([health.status, await health.json()]).toMatchObject([
      200,
      { status: 'healthy', service: 'mi-servicio' },
    ]);
    expect((await ask('/nada')).headers.get('content-type')).toContain('application/problem+json');
    for (const { headers } of [answer, health])
      expect(headers.get('access-control-allow-origin')).toBe(origin);
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
});
