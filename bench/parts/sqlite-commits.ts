/** Rows that one process gets to disk. Asked `{ rows, seconds }`, it commits so many at once and answers the rate. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';

const dir = mkdtempSync(join(tmpdir(), 'medisupply-bench-sqlite-'));
const db = openHandle(join(dir, 'commits.db'));
db.exec('create table filas (id integer primary key, tipo text, momento integer)');
const insert = db.prepare('insert into filas (tipo, momento) values (?, ?)');

function rateOf(group: number, seconds: number): { perSecond: number; cpu: number } {
  const cpu = process.cpuUsage();
  const started = performance.now();
  let rows = 0;
  while (performance.now() - started < seconds * 1_000) {
    db.exec('begin immediate');
    for (let n = 0; n < group; n += 1) insert.run('aplicada', n);
    db.exec('commit');
    rows += group;
  }
  const took = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: rows / took, cpu: (user + system) / 1_000 / rows };
}

process.on('message', ({ rows, seconds }: { rows: number; seconds: number }) =>
  process.send?.(rateOf(rows, seconds)),
);
process.on('disconnect', () => {
  db.close();
  rmSync(dir, { recursive: true });
  process.exit();
});
process.send?.('ready');
