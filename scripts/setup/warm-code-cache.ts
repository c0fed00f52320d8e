/**
 * Translates every module of the platform once, into the compile cache (NODE_COMPILE_CACHE) that the processes read:
 * on the first start, each would otherwise load the TypeScript translator, about 25 MB, and keep it. The main files are
 * imported with what runs them replaced, so that none of them starts.
 */
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PLATFORM } from '../launcher/processes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNNERS = new Set([
  import.meta.resolve('@medisupply/shared/service/run-service'),
  import.meta.resolve('@medisupply/shared/lifecycle/run-process'),
]);
const IDLE =
  'data:text/javascript,export async function runService() {} export async function runProcess() {} export class Lifecycle {}';

for (const runner of RUNNERS) await import(runner);
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return RUNNERS.has(resolved.url) ? { url: IDLE, shortCircuit: true } : resolved;
  },
});

const tasks = globSync('services/*/src/tasks/*.task.ts', { cwd: ROOT });
for (const file of [...PLATFORM.map((process) => process.main), ...tasks]) {
  // What does not load shows itself when it is started.
  await import(pathToFileURL(join(ROOT, file)).href).catch(() => undefined);
}
