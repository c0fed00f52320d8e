/** Builds and starts the stack for one run; takes it down, with its data, at the end. */
import type { TestProject } from 'vitest/node';
import { freePorts } from '../launcher/launch.ts';
import type { RunningPlatform } from '../web/global-setup.ts';
import type { StackAddress } from './stack.ts';
import { openStack } from './stack.ts';

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merged into Vitest's
  export interface ProvidedContext {
    stack: StackAddress & { buildSeconds: number; startSeconds: number };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { REDIS_PORT: _none, WORKER_PORT: _inside, ...ports } = await freePorts();
  const address = { project: `medisupply-prueba-${process.pid}`, ports };
  const stack = openStack(address);
  const seconds = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1_000;
  };
  const down = () => stack.compose(['down', '--volumes', '--remove-orphans', '--timeout', '5']);
  try {
    const cold = process.env['COMPOSE_TEST'] === 'whole' ? ['--no-cache'] : [];
    const buildSeconds = await seconds(() => stack.compose(['build', ...cold]));
    const startSeconds = await seconds(async () => {
      await stack.compose(['up', '-d']);
      await stack.healthy();
    });
    const contrasena = await stack.exec('m-autorizador', ['cat', '/run/medisupply/admin_contrasena']);
    project.provide('stack', { ...address, buildSeconds, startSeconds });
    const platform: RunningPlatform = {
      url: `http://localhost:${ports['FRONTEND_PORT']}`,
      dataDir: '/nowhere: the data is in a volume',
      ports,
      adminContrasena: contrasena.trim(),
    };
    project.provide('platforms', [platform]);
  } catch (error) {
    process.stderr.write(await stack.compose(['logs', '--no-color', '--tail', '30']).catch(String));
    await down();
    throw error;
  }
  return async () => void (await down());
}
