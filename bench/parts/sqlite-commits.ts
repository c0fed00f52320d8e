/** Commits that one process gets to disk: one row each, and as many as fit a turn of the loop. Asked, it answers rates per second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHandle } from '@medisupply/shared/db/open-database';

const SECONDS = 2;
const GROUP = 32;

const dir = mkdtempSync(join(tmpdir(), 'medisupply-bench-sqlite-'));
const db = openHandle(join(dir, 'commits.db'));
db.exec('create table filas (id integer primary key, tipo text, momento integer)');
const insert = db.prepare('insert into filas (tipo, momento) values (?, ?)');

function rateOf(group: number): { rows: number; cpu: number } {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let rows = 0;
  while (performance.now() - started < SECONDS * 1_000) {
    db.exec('begin immediate');
    for (let n = 0; n < group; n += 1) insert.run('aplicada', n);
    db.exec('commit');
    rows += group;
  }
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { rows: rows / seconds, cpu: (user + system) / 1_000 / rows };
}

process.on('message', () => process.send?.({ each: rateOf(1), grouped: rateOf(GROUP) }));
process.on('disconnect', () => {
  db.close();
  rmSync(dir, { recursive: true });
  process.exit();
});
process.send?.('ready');
