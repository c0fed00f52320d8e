/** A data folder on a small disk of its own: full, or read-only. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freePorts, ROOT } from './launch.ts';

const folder = mkdtempSync(join(tmpdir(), 'medisupply-disk-'));
const disks: string[] = [];

afterAll(() => {
  for (const disk of disks) spawnSync('umount', [disk]);
  rmSync(folder, { recursive: true, force: true });
});

/** A disk in memory, or why there can be none. */
function mountDisk(name: string): { disk: string; problem: string } {
  const disk = join(folder, name);
  mkdirSync(disk);
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], {
    encoding: 'utf8',
  });
  if (status === 0) disks.push(disk);
  return { disk, problem: status === 0 ? '' : (error?.message ?? stderr.trim()) };
}

const { disk, problem } = mountDisk('disco');
const unless = problem ? ` — CANNOT BE TESTED HERE, A DISK CANNOT BE MOUNTED: ${problem}` : '';

/** Leaves so much room on the disk (KiB). */
function fill(room: number): void {
  const balast = join(disk, 'lastre');
  rmSync(balast, { force: true });
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(balast, Buffer.alloc(Math.max(0, bavail * bsize - room * 1024)));
}

async function refusal(dataDir: string): Promise<string> {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/start.ts')], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, LOG_LEVEL: 'fatal', ...(await freePorts()) },
    encoding: 'utf8',
    timeout: 90_000,
  });
  expect(status).toBe(1);
  // What a process said is indented.
  expect(stderr).not.toMatch(/^ {4}at /m);
  return stderr;
}

describe.runIf(!problem)(`npm start on a disk that takes nothing more${unless}`, () => {
  // With nothing the lock finds no room; with more the secrets, the configuration of Redis, the databases.
  test.each([0, 8, 40, 160])(
    'when it is full but for %i KiB, then it says so with the folder and the remedy',
    { timeout: 120_000 },
    async (room) => {
      const dataDir = join(disk, `datos-${room}`);
      fill(room);
      expect(await refusal(dataDir)).toContain(
        `DATA_DIR=${dataDir} no se puede usar (ENOSPC: el disco está lleno); libere espacio o elija otro directorio con DATA_DIR\n`,
      );
      rmSync(dataDir, { recursive: true, force: true });
    },
  );

  test('when it is read-only, then it says so', async () => {
    const dataDir = join(disk, 'datos');
    fill(1_000);
    mkdirSync(dataDir);
    spawnSync('mount', ['-o', 'remount,ro', disk]);
    expect(await refusal(dataDir)).toBe(
      `DATA_DIR=${dataDir} no se puede usar (EROFS: el disco es de solo lectura); móntelo con permiso de escritura o elija otro directorio con DATA_DIR\n`,
    );
  });
});
