/** What the sample made is on the pages like everything else, and nothing of it is left when it was removed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OwnPlatform } from '../../scripts/testing/own-platform.ts';
import { startOwnPlatform } from '../../scripts/testing/own-platform.ts';
import { gatewayAt } from '../../scripts/sample/gateway.ts';
import { ROOT } from './launch.ts';

const SLOW = 120_000;

let platform: OwnPlatform;

beforeAll(async () => {
  platform = await startOwnPlatform({});
}, SLOW);

afterAll(() => platform.close(), SLOW);

function sample(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/sample.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: platform.dataDir },
  });
  return { status, said: stdout + stderr };
}

async function adminToken(): Promise<string> {
  const contrasena = readFileSync(join(platform.dataDir, 'secrets', 'admin_contrasena'), 'utf8').trim();
  const login = { nombre: 'admin', contrasena };
  return String((await gatewayAt(platform.base).call('POST', '/autorizador/login', login))['token']);
}

/** Rows of every table of every database, but for what measures the platform, who logged in, and what runs by the clock. */
function counts(): Record<string, number> {
  const measured = new Set(['medicion', 'metrica', 'sesion', 'refresh_token']);
  const found: Record<string, number> = {};
  for (const file of readdirSync(platform.dataDir).filter((name) => name.endsWith('.db'))) {
    const db = new Database(join(platform.dataDir, file), { readonly: true });
    const tables = db
      .prepare<[], { name: string; has_task: number }>(
        `select t.name, (select count(*) from pragma_table_info(t.name) c where c.name = 'task_id') as has_task
        from sqlite_schema t where type = 'table' and t.name not like 'sqlite_%'`,
      )
      .all();
    for (const { name, has_task } of tables.filter((table) => !measured.has(table.name))) {
      const scheduled = `task_id in (select task_id from tarea where creada_por = 'programada')`;
      const byHand =
        file === 'logistica.db' && has_task > 0 ? `where task_id is null or not ${scheduled}` : '';
      found[`${file} ${name}`] = Number(db.prepare(`select count(*) from "${name}" ${byHand}`).pluck().get());
    }
    db.close();
  }
  return found;
}

test(
  'when the sample is made and removed, then every table has as many rows as before',
  { timeout: SLOW },
  async () => {
    const before = counts();
    const made = sample('--base', platform.base);
    expect(made).toEqual({
      status: 0,
      said: expect.stringContaining('40 entregas, 6 productos y 3 mensajeros de muestra') as string,
    });
    const during = counts();
    expect(during['logistica.db entrega']).toBe(40);
    expect(during['logistica.db confirmacion']).toBe(24);

    const [, nombre, contrasena] = /^ {2}(\S+) +(\S+)$/m.exec(made.said) ?? [];
    const { token } = await gatewayAt(platform.base).call('POST', '/autorizador/login', {
      nombre,
      contrasena,
    });
    expect(token).toEqual(expect.any(String));

    // What is added to a delivery of the sample goes with it.
    const mine = await gatewayAt(platform.base).as(String(token)).call('GET', '/logistica/entregas?limite=1');
    const [{ id } = { id: 0 }] = mine as unknown as { id: number }[];
    const admin = gatewayAt(platform.base).as(await adminToken());
    await admin.call('POST', `/logistica/entrega/${id}/enlaces`, {});
    expect(counts()['logistica.db entrega_enlace']).toBe(1);

    expect(sample('--base', platform.base)).toEqual({
      status: 2,
      said: expect.stringContaining('npm run sample -- --remove') as string,
    });
    expect(sample('--remove')).toEqual({ status: 0, said: 'Los datos de muestra se quitaron.\n' });
    expect(counts()).toEqual(before);
    expect(existsSync(join(platform.dataDir, 'muestra.jsonl'))).toBe(false);
  },
);

test(
  'when a real delivery carries a sample product, then nothing is removed',
  { timeout: SLOW },
  async () => {
    expect(sample('--base', platform.base).status).toBe(0);
    const before = counts();
    const db = new Database(join(platform.dataDir, 'logistica.db'));
    const producto_id = Number(
      db.prepare("select id from producto where sku = 'MUESTRA-GASA'").pluck().get(),
    );
    const api = gatewayAt(platform.base);
    const { token } = await api.call('POST', '/autorizador/signup', {
      nombre: 'Eva',
      contrasena: 'una frase bien larga',
    });
    const { id } = await api.as(String(token)).call('POST', '/logistica/entregas', {
      direccion: 'Calle 1',
      estado: 'EN_CAMINO',
      pedido_id: 'REAL-1',
      items: [{ producto_id, cantidad: 1 }],
    });
    const refused = sample('--remove');
    expect(refused).toEqual({
      status: 2,
      said: expect.stringContaining(`: ${String(id)}; no se quitó nada`) as string,
    });
    expect(counts()['logistica.db entrega']).toBe((before['logistica.db entrega'] ?? 0) + 1);
    db.close();
  },
);

test('when the command is wrong or nothing was made, then it says what to do', () => {
  expect(sample('--quitar')).toEqual({
    status: 2,
    said: expect.stringContaining('uso: npm run sample') as string,
  });
  expect(sample('--base', 'http://127.0.0.1:9', '--usuario', 'nadie').status).toBe(2);
});
