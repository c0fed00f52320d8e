import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { byPortVariable } from '@medisupply/shared/services';
import { UserError, reasonOf } from '../terminal/user-error.ts';

export const DEFAULT_PORTS = {
  FRONTEND_PORT: 4200,
  GATEWAY_PORT: 8080,
  WORKER_PORT: 5004,
  ...byPortVariable((service) => service.port),
};

export type PortVariable = keyof typeof DEFAULT_PORTS;
export type Ports = Record<PortVariable, number>;

/** Nobody but the launcher asks there: 0 takes any free one. */
const ANY_PORT = 'WORKER_PORT';

/** @throws UserError naming every variable whose value is no port, or that repeats another's. */
export function readPorts(env: NodeJS.ProcessEnv): Ports & { REDIS_PORT: number | undefined } {
  const problems: string[] = [];
  const users = new Map<number, string>();
  const read = (variable: string, fallback: number | undefined): number | undefined => {
    const text = env[variable];
    const value = text ? Number(text) : fallback;
    if (value === undefined) return undefined;
    if (value === 0 && variable === ANY_PORT) return value;
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      problems.push(`${variable}=${text} no es un puerto; use un número de 1 a 65535`);
    } else if (users.has(value)) {
      problems.push(`${variable}=${value} repite el puerto de ${users.get(value)}; elija otro`);
    }
    users.set(value, variable);
    return value;
  };
  const ports = Object.fromEntries(
    Object.entries(DEFAULT_PORTS).map(([variable, fallback]) => [
      variable,
      read(variable, fallback) ?? fallback,
    ]),
  );
  const REDIS_PORT = read('REDIS_PORT', undefined);
  if (problems.length > 0) throw new UserError(problems.join('\n'));
  return { ...DEFAULT_PORTS, ...ports, REDIS_PORT };
}

/** The same, with a free port where any will do. @throws UserError */
export async function choosePorts(env: NodeJS.ProcessEnv): Promise<ReturnType<typeof readPorts>> {
  const ports = readPorts(env);
  return { ...ports, [ANY_PORT]: ports[ANY_PORT] || (await freePort()) };
}

/**
 * Makes sure that every port can be listened on, waiting up to `patienceMs` for those still in use.
 * @throws UserError naming each variable whose port is taken or not allowed.
 */
export async function assertPortsFree(
  ports: Readonly<Record<string, number>>,
  address: string,
  patienceMs: number,
): Promise<void> {
  const giveUp = performance.now() + patienceMs;
  for (;;) {
    const problems: string[] = [];
    for (const [variable, port] of Object.entries(ports)) {
      const reason = await whyNot(port, address);
      if (reason === 'EADDRINUSE') {
        problems.push(
          `${variable}=${port} está ocupado por otro programa; libérelo o elija otro puerto con ${variable}=…`,
        );
      } else if (reason) {
        problems.push(
          `${variable}=${port} no se puede abrir en ${address} (${reason}); elija otro puerto con ${variable}=…`,
        );
      }
    }
    if (problems.length === 0) return;
    if (performance.now() >= giveUp) throw new UserError(problems.join('\n'));
    await delay(100);
  }
}

function whyNot(port: number, address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(reasonOf(error)));
    server.listen(port, address, () => server.close(() => resolve(undefined)));
  });
}
