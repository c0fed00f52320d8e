/** `npm run admin` as a person types it, while autorizador runs. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Autorizador } from '../../services/autorizador/test/support.ts';
import { bearer, startAutorizador } from '../../services/autorizador/test/support.ts';
import { ROOT } from './launch.ts';

const NUEVA = 'Remolacha-Viernes-44';

let autorizador: Autorizador;

beforeAll(async () => void (autorizador = await startAutorizador({ contrasenas: 'real' })));
afterAll(() => autorizador.close());

const admin = (args: readonly string[], input = '', dataDir = autorizador.dataDir) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/admin.ts'), ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

test('when the password comes on standard input, then it counts at once and the sessions of admin end', async () => {
  const { body } = await autorizador.login('admin', autorizador.secret('admin_contrasena'));
  const { status, stdout } = admin(['contrasena'], `${NUEVA}\n`);
  expect([status, stdout]).toEqual([
    0,
    expect.stringMatching(/^Contraseña de admin \(usuario 1\) cambiada en .*autorizador\.db\.\nSus sesiones/),
  ]);
  expect(stdout).not.toContain(NUEVA);
  expect((await autorizador.login('admin', autorizador.secret('admin_contrasena'))).status).toBe(401);
  expect((await autorizador.login('admin', NUEVA)).status).toBe(200);
  const { refresh_token } = body;
  expect((await autorizador.call('POST', '/token/refresh', { refresh_token })).status).toBe(401);
  await vi.waitFor(
    async () =>
      expect((await autorizador.call('GET', '/usuarios', undefined, bearer(body.token))).status).toBe(401),
    { timeout: 12_000 },
  );
});

test('when admin was deactivated, then the account works again, and it is said', async () => {
  await autorizador.container.db.unitOfWork.write((tx) =>
    tx.updateTable('usuario').set({ activo: 0 }).where('id', '=', 1).execute(),
  );
  const file = join(autorizador.dataDir, 'contrasena.txt');
  writeFileSync(file, 'Espinaca-Sábado-45\n');
  expect(admin(['contrasena', '--archivo', file])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('vuelve a estar activa'),
  });
  expect((await autorizador.login('admin', 'Espinaca-Sábado-45')).status).toBe(200);
});

test.each([
  ['a common password', ['contrasena'], 'password1\n', 'demasiado común'],
  ['a short password', ['contrasena'], 'corta\n', 'Mínimo 8 caracteres'],
  ['no password', ['contrasena'], '', 'está vacía'],
  ['an unknown user', ['contrasena', '--usuario', 'nadie'], `${NUEVA}\n`, 'No existe el usuario «nadie»'],
  ['a file that is not there', ['contrasena', '--archivo', '/no/hay'], '', 'No se puede leer /no/hay'],
  ['no command', [], '', 'uso: npm run admin'],
  ['an unknown option', ['contrasena', '--clave', 'x'], '', 'uso: npm run admin'],
])('when %s is given, then it is refused and nothing changes', (_what, args, input, said) => {
  expect(admin(args, input)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(said) });
});

test('when there is no installation, then it says where it looked', () => {
  expect(admin(['contrasena'], `${NUEVA}\n`, '/no/hay')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('En /no/hay no hay ninguna instalación'),
  });
});
