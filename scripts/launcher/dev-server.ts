import { join } from 'node:path';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { print } from './output.ts';
import { assertPortsFree } from './ports.ts';
import { supervise } from './supervisor.ts';

const GRACE_MS = 5_000;

export interface DevServer {
  port: number;
  stop(): Promise<void>;
}

/**
 * The app with live reload, its API calls passed to the gateway; on the port after the page's if that is free. Not
 * waited for: it is ready when it says so.
 */
export async function startDevServer(
  root: string,
  ports: { FRONTEND_PORT: number; GATEWAY_PORT: number },
): Promise<DevServer> {
  const port = await portAfter(ports.FRONTEND_PORT);
  // Its compiler complains at length about being stopped.
  let stopping = false;
  const web = supervise(
    {
      name: 'web',
      command: process.execPath,
      args: [
        join(root, 'scripts', 'launcher', 'serve-web.mjs'),
        `--port=${port}`,
        '--host=127.0.0.1',
        '--proxy-config=proxy.conf.mjs',
      ],
      env: { ...process.env, GATEWAY_PORT: String(ports.GATEWAY_PORT), NG_CLI_ANALYTICS: 'false' },
      ipc: true,
    },
    {
      line: (line) => {
        if (line.trim() !== '' && !stopping) print(`web │ ${line}`);
      },
      died: ({ reason }) => print(`web │ terminó (${reason}); se reinicia`),
    },
  );
  return {
    port,
    stop() {
      stopping = true;
      return web.stop(GRACE_MS);
    },
  };
}

async function portAfter(pagePort: number): Promise<number> {
  try {
    await assertPortsFree({ FRONTEND_PORT: pagePort + 1 }, '127.0.0.1', 0);
    return pagePort + 1;
  } catch {
    return freePort();
  }
}
