import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databasesIn } from '@medisupply/shared/db/sqlite/database-file';
import { splitDatabases } from '../../scripts/setup/split-databases.ts';
import { ROOT } from '../launcher/launch.ts';
import { inspectDatabases } from '../upgrade/first-installation.ts';

const NAMES = ['autorizador', 'logistica', 'monitor'];
/** Of a process that was killed: the WAL has rows that the file has not. */
const FIXTURE = join(ROOT, 'tests/fixtures/first-installation/data-dir.tar.gz');

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'medisupply-bases-'));
  execFileSync('tar', ['-xzf', FIXTURE, '-C', dataDir, '--no-same-owner']);
  for (const name of NAMES) mkdirSync(join(dataDir, name));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const inspected = () => NAMES.map((name) => inspectDatabases(join(dataDir, name), [name])[name]);
const originals = () => NAMES.map((name) => inspectDatabases(dataDir, [name])[name]);

test('each database gets its own folder without the loss of a row, once, and the original stays', () => {
  const before = originals();
  expect(Object.keys(splitDatabases(dataDir)).toSorted()).toEqual(NAMES.map((name) => `${name}.db`));
  expect(inspected()).toEqual(before);
  expect(originals()).toEqual(before);
  expect(databasesIn(dataDir).map(({ file }) => file)).toEqual(
    NAMES.map((name) => join(dataDir, name, `${name}.db`)),
  );
  // What was lost on purpose afterwards does not come back.
  rmSync(join(dataDir, 'monitor', 'monitor.db'));
  expect(splitDatabases(dataDir)).toEqual({});
  expect(readdirSync(join(dataDir, 'monitor'))).toEqual([]);
});

test('when it was interrupted, then the rest is copied', () => {
  const before = originals();
  splitDatabases(dataDir);
  rmSync(join(dataDir, 'bases-repartidas.json'));
  rmSync(join(dataDir, 'logistica', 'logistica.db'));
  writeFileSync(join(dataDir, 'logistica', 'logistica.db.repartiendo'), 'half of it');
  expect(Object.keys(splitDatabases(dataDir))).toEqual(['logistica.db']);
  expect(inspected()).toEqual(before);
});

test('when an older version still works with one of them, then nothing is copied', () => {
  const running = new Database(join(dataDir, 'logistica.db'));
  running.prepare('select count(*) from entrega').get();
  expect(() => splitDatabases(dataDir)).toThrow(/sigue en marcha: usa .*logistica\.db; deténgala/);
  expect(NAMES.flatMap((name) => readdirSync(join(dataDir, name)))).toEqual([]);
  running.close();
  expect(Object.keys(splitDatabases(dataDir))).toHaveLength(NAMES.length);
});

test('without folders of their own, as with npm start, they stay where they are', () => {
  for (const name of NAMES) rmSync(join(dataDir, name), { recursive: true });
  expect(splitDatabases(dataDir)).toEqual({});
  expect(databasesIn(dataDir).map(({ file }) => file)).toEqual(
    NAMES.map((name) => join(dataDir, `${name}.db`)),
  );
});
