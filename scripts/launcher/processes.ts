import { join } from 'node:path';
import type { ServicePort } from '@medisupply/shared/services';
import { byUrlVariable, portVariable, SERVICES } from '@medisupply/shared/services';
import type { Ports, PortVariable } from './ports.ts';
import type { NodeProcess } from './platform.ts';

/** One Node process of the platform. */
export interface PlatformProcess {
  name: string;
  /** Path of its main file from the root. */
  main: string;
  /** Where `/livez` and `/readyz` answer. */
  port: PortVariable;
  /** Environment keys that no other process gets. */
  own: readonly string[];
  /** Clients reach it through the front door or Bull Board, whose word on who they are it takes. */
  behindProxy?: boolean;
}

/** Keys of one service alone, besides its port. */
const OWN_KEYS: Partial<Record<ServicePort, readonly string[]>> = {
  AUTORIZADOR_PORT: [
    'ADMIN_CONTRASENA_FILE',
    'TOKEN_KEYS_FILE',
    'SIGNATURE_KEYS_FILE',
    'PROOF_KEYS_FILE',
    'PASSWORD_PEPPER_FILE',
  ],
};

export const PLATFORM: readonly PlatformProcess[] = [
  ...SERVICES.map((service): PlatformProcess => {
    const port = portVariable(service);
    return {
      name: service.name,
      main: `services/${service.name}/src/main.ts`,
      port,
      own: [port, ...(OWN_KEYS[port] ?? [])],
      behindProxy: service.gateway !== undefined,
    };
  }),
  { name: 'worker', main: 'worker/src/main.ts', port: 'WORKER_PORT', own: ['WORKER_PORT'] },
  {
    name: 'front-door',
    main: 'frontend/front-door/src/main.ts',
    port: 'FRONTEND_PORT',
    own: ['FRONTEND_PORT', 'GATEWAY_PORT', 'FRONTEND_DIR', 'GATEWAY_RATE', 'GATEWAY_BURST'],
  },
];

/** Caps the young generation: idle processes stay small, and requests allocate little. */
const NODE_FLAGS = ['--max-semi-space-size=4'];

export interface Surroundings {
  root: string;
  dataDir: string;
  ports: Ports;
  /** Where Redis is for that process. */
  redisUrl: (process: string) => string;
  /** Host under which the processes reach each other. */
  host: string;
  logFormat: string;
  env: NodeJS.ProcessEnv;
}

/** The worker's own watchdog, which the operator may have told to be patient, comes first. */
const blockedAfter = (watchdogMs: string | undefined) => Math.max(20_000, Number(watchdogMs) || 0) + 10_000;

/** How to start each process: with its own secrets folder and without the variables of the others. */
export function processSpecs(around: Surroundings): NodeProcess[] {
  const { root, dataDir, ports, redisUrl, host, logFormat, env } = around;
  const url = (port: PortVariable) => `http://${host}:${ports[port]}`;
  const common = {
    ...byUrlVariable((service) => url(portVariable(service))),
    ADMIN_CONTRASENA_FILE: join(dataDir, 'secrets', 'admin_contrasena'),
    CORS_ORIGINS: ownOrigins(ports, env['TLS_CERT_FILE'] ? 'https' : 'http').join(),
    ...withoutNpm(env),
    DATA_DIR: dataDir,
    LOG_FORMAT: logFormat,
    NODE_COMPILE_CACHE: env['NODE_COMPILE_CACHE'] || join(root, 'node_modules', '.cache', 'node-compile'),
  };
  const proxy = env['PROXY_SOURCE_ADDRESS'] || proxyAddress(host);
  return PLATFORM.map(({ name, main, port, own, behindProxy }) => ({
    name,
    command: process.execPath,
    args: [...NODE_FLAGS, join(root, main)],
    env: {
      ...without(
        common,
        PLATFORM.filter((other) => other.name !== name).flatMap((other) => other.own),
      ),
      ...portsOf(ports, own),
      REDIS_URL: redisUrl(name),
      SECRETS_DIR: join(dataDir, 'secrets', name),
      ...(proxy === host ? {} : { PROXY_SOURCE_ADDRESS: proxy }),
      ...(behindProxy ? { TRUST_PROXY: [proxy, env['TRUST_PROXY']].filter(Boolean).join() } : {}),
    },
    ipc: true,
    url: url(port),
    blockedAfter: blockedAfter(env['WATCHDOG_MS']),
  }));
}

/**
 * Where the front door's and Bull Board's calls come from. On Linux all of 127.0.0.0/8 is this machine: an address that
 * nothing else uses tells these calls from those of anybody who may reach the services' own ports.
 */
const proxyAddress = (host: string): string =>
  host === '127.0.0.1' && process.platform === 'linux' ? '127.0.0.80' : host;

/** The web application's own pages, so that one at :4200 may call :8080. */
const ownOrigins = (ports: Ports, scheme: string): string[] =>
  [ports.FRONTEND_PORT, ports.GATEWAY_PORT].flatMap((port) => [
    `${scheme}://localhost:${port}`,
    `${scheme}://127.0.0.1:${port}`,
  ]);

const portsOf = (ports: Ports, variables: readonly string[]) =>
  Object.fromEntries(
    Object.entries(ports)
      .filter(([variable]) => variables.includes(variable))
      .map(([variable, port]) => [variable, String(port)]),
  );

/** npm describes itself and the package in a hundred variables. */
const withoutNpm = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(
    Object.entries(env).filter(([key, value]) => value !== '' && !/^(npm_|INIT_CWD$)/.test(key)),
  );

const without = (env: NodeJS.ProcessEnv, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(env).filter(([key]) => !keys.includes(key)));
