import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { pidOf, ROOT } from '../launcher/launch.ts';
import { ownPlatform } from './browser.ts';

interface Door {
  url: string;
  stop(): Promise<void>;
}

const PROGRAM = 'frontend/front-door/src/main.ts';

/** Another front door of the platform, as the one that runs but for `changes`: with other files, or with a certificate. */
export async function startDoor(changes: Record<string, string>): Promise<Door> {
  const running = readFileSync(`/proc/${pidOf(ownPlatform().dataDir, PROGRAM)}/environ`, 'utf8');
  const pairs = running.split('\0').map((line) => line.split(/=(.*)/s, 2) as [string, string]);
  // The channel to its own parent.
  const { NODE_CHANNEL_FD: _, ...env } = Object.fromEntries(pairs);
  const page = await freePort();
  const ports = { FRONTEND_PORT: String(page), GATEWAY_PORT: String(await freePort()) };
  const child = fork(PROGRAM, { cwd: ROOT, env: { ...env, ...ports, ...changes } });
  const gone = once(child, 'exit');
  // That it is ready.
  await once(child, 'message');
  return {
    url: `${changes['TLS_CERT_FILE'] === undefined ? 'http' : 'https'}://localhost:${page}`,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
