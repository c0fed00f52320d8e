import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/migrate';
import { migrations } from '../src/database.ts';

test('when users of an older version are there, then whoever could confirm what nobody carries may claim it now', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-mensajeros-'));
  const file = join(folder, 'autorizador.db');
  const { '060-mensajeros': mensajeros, ...before060 } = migrations;
  await migrate(file, before060);
  const db = new Database(file);
  const insert = db.prepare(
    `insert into usuario (nombre, nombre_clave, contrasena_hash, roles, activo, token_version, creado, actualizado)
     values (@nombre, @nombre, 'x', @roles, @activo, 1, 0, 0)`,
  );
  const users = [
    ['ana', ['usuario'], 1],
    ['eva', ['usuario', 'Admin'], 1],
    ['baja', ['usuario'], 0],
    ['programa', ['System'], 1],
    ['jefa', ['Admin'], 1],
  ] as const;
  for (const [nombre, roles, activo] of users) insert.run({ nombre, roles: JSON.stringify(roles), activo });
  await migrate(file, { ...before060, '060-mensajeros': mensajeros });
  expect(db.prepare('select nombre, roles, token_version from usuario').raw().all()).toEqual([
    ['ana', '["usuario","Mensajero"]', 1],
    ['eva', '["usuario","Admin","Mensajero"]', 1],
    ['baja', '["usuario"]', 1],
    ['programa', '["System"]', 1],
    ['jefa', '["Admin"]', 1],
  ]);
  db.close();
  rmSync(folder, { recursive: true });
});
