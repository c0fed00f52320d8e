import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenDatabase } from '../../src/db/open-database.ts';
import { openDatabase } from '../../src/db/open-database.ts';

let folder: string;
let database: OpenDatabase<object>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-db-'));
  database = openDatabase(join(folder, 'prueba.db'));
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const write = () => database.unitOfWork.write(() => Promise.resolve('escrito'));

test('when a write follows any number of microtasks after another one resolved, then it is not forgotten', async () => {
  for (let microtasks = 0; microtasks < 20; microtasks++) {
    await write();
    for (let i = 0; i < microtasks; i++) await Promise.resolve();
    expect(await write()).toBe('escrito');
  }
}, 5_000);
