/** The Nginx of compose, on free ports, without a container. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { SERVICES, urlVariable } from '@medisupply/shared/services';
import { VERSION } from '@medisupply/shared/version';
import { until } from '@medisupply/shared/testing/until';

export interface Gateway {
  url: string;
  port: number;
  /** Of the services that are passed through, by name in the path. */
  servicePorts: Readonly<Record<string, number>>;
}

export type Environment = Readonly<Record<string, string>>;

export interface Started {
  gateway: Gateway;
  end: () => Promise<void>;
}

export const START_GATEWAY = fileURLToPath(new URL('../../frontend/nginx/start-gateway.sh', import.meta.url));

export async function startNginx(env: Environment): Promise<Started & { pid: number }> {
  const run = mkdtempSync(join(tmpdir(), 'medisupply-nginx-'));
  const behind = SERVICES.flatMap((service) =>
    service.gateway ? [{ ...service, route: service.gateway }] : [],
  );
  const [port, frontendPort, ...others] = await Promise.all(
    Array.from({ length: behind.length + 2 }, () => freePort()),
  );
  if (port === undefined || frontendPort === undefined) throw new Error('no hay puertos libres');
  const servicePorts = Object.fromEntries(behind.map(({ route }, n) => [route.path, others[n] ?? 0]));
  const servicesFile = join(run, 'services');
  writeFileSync(
    servicesFile,
    behind.map(({ route, variable }) => `${route.path} ${variable} ${route.base ?? '-'}\n`).join(''),
  );
  // Nobody listens on a service's own port here, unless the test says where it is.
  const nowhere = Object.fromEntries(behind.map((service) => [urlVariable(service), 'http://127.0.0.1:9']));
  const nginx = spawn(START_GATEWAY, {
    env: {
      PATH: process.env['PATH'],
      RUN_DIR: join(run, 'run'),
      SERVICES_FILE: servicesFile,
      VERSION,
      ...nowhere,
      ...Object.fromEntries(
        behind.map(({ route, variable }) => [`${variable}_PORT`, String(servicePorts[route.path])]),
      ),
      ...env,
      FRONTEND_PORT: String(frontendPort),
      GATEWAY_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  nginx.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = once(nginx, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (nginx.exitCode !== null) throw new Error(`Nginx: ${said}`);
    // In the clear, 308 where it speaks HTTPS.
    const answer = await fetch(`${url}/frontend/health`, { redirect: 'manual' }).catch(() => undefined);
    return answer !== undefined && answer.status < 400;
  });
  return {
    gateway: { url, port, servicePorts },
    pid: nginx.pid ?? 0,
    async end() {
      nginx.kill('SIGTERM');
      await ended;
      rmSync(run, { recursive: true, force: true });
    },
  };
}
