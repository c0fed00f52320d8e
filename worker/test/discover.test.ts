import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { taskRegistry } from '@medisupply/shared/tasks/registry';
import { discoverHandlers } from '../src/discover.ts';

const SERVICES = join(import.meta.dirname, '../../services');

test('when the platform starts, then every task of the registry has its handler', async () => {
  const services = await discoverHandlers(SERVICES, taskRegistry);
  const found = services.flatMap((service) => service.handlers.map((handler) => handler.task.name));
  expect(found.toSorted()).toEqual(taskRegistry.map((task) => task.name).toSorted());
});

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-discover-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a handler for the ping task, which needs nothing, under any name. */
function writeHandler(service: string, file: string, source = handlerSource('pingLogistica')): void {
  mkdirSync(join(folder, service, 'src/tasks'), { recursive: true });
  writeFileSync(join(folder, service, 'src/tasks', file), source);
}

const handlerSource = (task: string) =>
  `import { ${task} } from ${JSON.stringify(join(import.meta.dirname, '../../shared/src/tasks/monitor.ts'))};
   export default { task: ${task}, handle: () => Promise.resolve(null) };`;

const ping = taskRegistry.filter((task) => task.name === 'monitor.ping_logistica');

test('when a handler is missing, then the error names the task and the file to create', async () => {
  await expect(discoverHandlers(folder, ping)).rejects.toThrow(
    /monitor\.ping_logistica no tiene manejador; cree services\/<servicio>\/src\/tasks\/ping-logistica\.task\.ts/,
  );
});

test('when two files handle one task, then the error names both', async () => {
  writeHandler('uno', 'ping-logistica.task.ts');
  writeHandler('dos', 'ping-logistica.task.ts');
  await expect(discoverHandlers(folder, ping)).rejects.toThrow(
    /services\/uno.*ya tiene manejador en services\/dos/,
  );
});

test("when a file's name is not its task's, then the error says the right one", async () => {
  writeHandler('uno', 'otra-cosa.task.ts');
  await expect(discoverHandlers(folder, ping)).rejects.toThrow(/debe llamarse ping-logistica\.task\.ts/);
});

test('when a handler is not in the registry, then the error says where to add it', async () => {
  writeHandler('uno', 'ping-logistica.task.ts');
  writeHandler('uno', 'health-check.task.ts', handlerSource('healthCheck'));
  await expect(discoverHandlers(folder, ping)).rejects.toThrow(
    /monitor\.health_check no está en shared\/src\/tasks\/registry\.ts/,
  );
});

test('when a file exports no handler, then the error says what to export', async () => {
  writeHandler('uno', 'ping-logistica.task.ts', 'export const nada = 1;');
  await expect(discoverHandlers(folder, ping)).rejects.toThrow(/exporte por defecto defineHandler/);
});
