import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { migrations } from '../src/database.ts';
import { createContrasenas } from '../src/usuarios/contrasenas.ts';
import { CONTRASENA, FAST, startAutorizador } from './support.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'medisupply-migraciones-'));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

test('when two users of an older version look the same, then both still log in and nobody else gets that name', async () => {
  const file = join(dataDir, 'autorizador.db');
  await migrate(file, { '001-inicial': migrations['001-inicial'] });
  const handle = openHandle(file);
  ensureSecrets(join(dataDir, 'secrets'));
  const pepper = readFileSync(join(dataDir, 'secrets/autorizador/password_pepper'), 'utf8').trim();
  const hash = await createContrasenas({ pepper, parameters: FAST }).hash(CONTRASENA);
  for (const nombre of ['ana', 'аna', 'eva']) {
    handle
      .prepare(
        `insert into usuario (nombre, nombre_clave, contrasena_hash, roles, activo, token_version, creado, actualizado)
         values (?, ?, ?, '["usuario"]', 1, 1, 0, 0)`,
      )
      .run(nombre, nombre, hash);
  }
  handle.close();
  const autorizador = await startAutorizador({ dataDir });
  for (const nombre of ['ana', 'аna', 'eva', 'EVA'])
    expect((await autorizador.login(nombre)).status).toBe(200);
  for (const nombre of ['аnа', 'еva'])
    expect(await autorizador.call('POST', '/signup', { nombre, contrasena: CONTRASENA })).toMatchObject({
      status: 400,
      body: { error: 'El nombre de usuario ya existe' },
    });
  await autorizador.close();
});
