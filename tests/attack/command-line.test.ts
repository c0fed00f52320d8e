import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';

const attack = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'scripts', 'attack.ts'), ...args], { encoding: 'utf8' });

test.each([
  'http://example.com',
  'http://10.0.0.1:8080',
  'https://127.0.0.1',
  'http://127.0.0.1.evil.example',
  'x',
])('when the base is %s, then nothing is sent: only this machine is attacked', (base) => {
  const { status, stdout, stderr } = attack('--base', base);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`--base debe ser una dirección http de esta máquina, no «${base}»`);
});

test.each([
  [['--clase', 'tokens,nada'], 'No hay una clase nada'],
  [['--solicitudes', '0'], '--solicitudes debe ser un número entero desde 1, no «0»'],
  [['--rapido'], "Unknown option '--rapido'"],
])('when the command line is %o, then it says what is wrong', (args, message) => {
  expect(attack(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
});
