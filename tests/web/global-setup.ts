/** A really running platform for each worker of a run's stories: `npm start` on free ports, with a data folder of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePorts, nothingLeft, processesOf, runNpm } from '../launcher/launch.ts';

export interface RunningPlatform {
  /** The page's address, with the API under `/api/v1`. */
  url: string;
  dataDir: string;
  ports: Record<string, string>;
  adminContrasena: string;
}

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merged into Vitest's
  export interface ProvidedContext {
    platforms: RunningPlatform[];
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.all(Array.from({ length: project.config.maxWorkers }, start));
  project.provide(
    'platforms',
    started.map(({ platform }) => platform),
  );
  return async () => {
    await Promise.all(started.map(({ stop }) => stop()));
  };
}

async function start(): Promise<{ platform: RunningPlatform; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'medisupply-web-'));
  const dataDir = join(folder, 'data');
  const ports = await freePorts();
  const npm = runNpm(['start'], { ...ports, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  await npm.printed('MediSupply está listo');
  const adminContrasena = (await readFile(join(dataDir, 'secrets', 'admin_contrasena'), 'utf8')).trim();
  return {
    platform: { url: `http://localhost:${ports['FRONTEND_PORT']}`, dataDir, ports, adminContrasena },
    async stop() {
      npm.child.kill('SIGTERM');
      await npm.exit;
      await nothingLeft(dataDir).catch(() => undefined);
      for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
