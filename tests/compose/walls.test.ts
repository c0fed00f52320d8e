/** What each container can write, and what becomes of the one volume that all of them could. */
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';
import { openStack, SERVICES } from './stack.ts';

const address = inject('stack');
const stack = openStack(address);
const older = openStack({ ...address, project: `${address.project}-anterior` });
afterAll(() => older.compose(['down', '--volumes', '--timeout', '5']));

const BASES = ['autorizador', 'logistica', 'monitor'];
const WRITES: Record<string, readonly string[]> = {
  'm-autorizador': ['autorizador'],
  'm-logistica-inventario': ['logistica'],
  'm-monitor': ['monitor'],
  // It applies what logistica accepted, and keeps monitor's series.
  worker: ['logistica', 'monitor'],
};

test.each(SERVICES)('%s writes the databases that are its own, and sees no other', async (service) => {
  const script = (attempt: string) =>
    `for base in ${BASES.join(' ')}; do if ${attempt}; then echo $base; fi; done 2>/dev/null`;
  const listed = async (attempt: string) =>
    (await stack.exec(service, ['sh', '-c', script(attempt)])).trim().split('\n').filter(Boolean);
  const own = WRITES[service] ?? [];
  expect(await listed('touch /data/$base/intento && rm /data/$base/intento')).toEqual(own);
  expect(await listed('test -e /data/$base/$base.db')).toEqual(own);
  expect(await listed('touch /data/intento-$base && rm /data/intento-$base')).toEqual(
    // The folder of Redis' own volume.
    service === 'redis' ? BASES : [],
  );
});

test.each(SERVICES.filter((service) => service !== 'frontend'))(
  '%s cannot write keys or passwords',
  async (service) => {
    const said = await stack.exec(service, ['sh', '-c', 'touch /run/medisupply/intento 2>&1 || true']);
    expect(said).toContain('Read-only file system');
  },
);

/** Prints what Redis answers to a process that asks with what its container has. */
const ASK = `
  const { Redis } = require('ioredis');
  const { hostname: host, port, username } = new URL(process.env.REDIS_URL);
  const password = require('fs').readFileSync('/run/medisupply/redis_password', 'utf8').trim();
  const as = (name) => {
    const redis = new Redis({ host, port, ...(name ? { username: name } : {}), password, retryStrategy: () => null });
    redis.on('error', () => undefined);
    return redis;
  };
  const own = as(username);
  const ask = (redis, ...args) => redis.call(...args).then(String, (error) => String(error.message).split(' ')[0]);
  (async () => {
    const said = [await ask(own, 'PING')];
    for (const command of [['KEYS', '*'], ['CONFIG', 'GET', 'dir'], ['FLUSHALL'], ['GET', 'medisupply:nada']])
      said.push(await ask(own, ...command));
    for (const other of [undefined, 'operator', 'worker', 'autorizador'])
      if (other !== username) said.push(await as(other).ping().then(String, () => 'refused'));
    console.log(JSON.stringify(said));
    process.exit();
  })();`;

test.each(['m-autorizador', 'm-logistica-inventario', 'm-monitor', 'bull-board', 'worker'])(
  '%s is one user of Redis, who may not do everything, and cannot be another',
  async (service) => {
    const [pong, ...said] = JSON.parse(await stack.exec(service, ['node', '-e', ASK])) as string[];
    expect(pong).toBe('PONG');
    expect(new Set(said)).toEqual(new Set(['NOPERM', 'refused']));
  },
);

const COUNT = `
  const Database = require('better-sqlite3');
  const rows = (file) => {
    const db = new Database(file, { readonly: true });
    const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
    return tables.map((table) => [table, db.prepare('select count(*) from "' + table + '"').pluck().get()]);
  };
  const all = (of) => Object.fromEntries(['${BASES.join("', '")}'].map((name) => [name, rows(of(name))]));
  console.log(JSON.stringify([all((name) => '/data/' + name + '.db'), all((name) => '/data/' + name + '/' + name + '.db')]));`;

test('the volume of an older installation is split without loss, once', { timeout: 300_000 }, async () => {
  const inVault = (...command: string[]) => ['run', '--rm', '-T', 'setup', ...command];
  await older.composeFrom(
    inVault('tar', '-xzf', '-', '--no-same-owner', '-C', '/data', '--wildcards', './*.db', './*.db-wal'),
    join(ROOT, 'tests/fixtures/first-installation/data-dir.tar.gz'),
  );
  const setUp = await older.compose(['run', '--rm', '-T', 'setup']);
  for (const name of BASES)
    expect(setUp).toMatch(new RegExp(`${name}\\.db: \\d+ filas copiadas y comprobadas`));
  const [before, after] = JSON.parse(await older.compose(inVault('node', '-e', COUNT))) as unknown[];
  expect(after).toEqual(before);
  expect(await older.compose(['run', '--rm', '-T', 'setup'])).not.toContain('copiadas');
});
