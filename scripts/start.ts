/** `npm start`: everything on this machine, without containers. `--watch` restarts what changes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import { removeRedisAddress, writeRedisAddress } from '@medisupply/shared/redis/address-file';
import { portVariable, SERVICES } from '@medisupply/shared/services';
import type { DataDirLock } from './launcher/data-dir-lock.ts';
import { lockDataDir } from './launcher/data-dir-lock.ts';
import { closeToOthers, explained, prepareDataDir, withFullDisk } from './launcher/data-dir.ts';
import type { DevServer } from './launcher/dev-server.ts';
import { startDevServer } from './launcher/dev-server.ts';
import { whereThePasswordIs } from './launcher/first-password.ts';
import { bold, print, seconds, step } from './launcher/output.ts';
import type { Platform } from './launcher/platform.ts';
import { startPlatform } from './launcher/platform.ts';
import type { Ports } from './launcher/ports.ts';
import { assertPortsFree, choosePorts } from './launcher/ports.ts';
import { processSpecs } from './launcher/processes.ts';
import { prepareRedis } from './launcher/redis.ts';
import { watchSources } from './launcher/watch.ts';
import { textOf } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE_MAJOR = 24;
const USAGE = 'Uso: npm start [-- --watch]\n  --watch   reinicia cada proceso cuando cambia su código';

/** After a launcher was killed, its ports may be in use for so long (ms). */
const LEFTOVER_PATIENCE_MS = 15_000;
const PARENT_POLL_MS = 500;

let lock: DataDirLock | undefined;
let platform: Platform | undefined;
let devServer: DevServer | undefined;
let setup: Promise<void> | undefined;
/** The data folder that says where Redis is. */
let announcedIn: string | undefined;
let stopping: Promise<void> | undefined;

async function main(): Promise<void> {
  const startedAt = performance.now();
  // Ours and of every process below us, redis-server's as well.
  process.umask(0o077);
  assertNodeVersion();
  const { watch } = options();
  if (existsSync(join(ROOT, '.env'))) process.loadEnvFile(join(ROOT, '.env'));
  process.chdir(ROOT);
  const env = process.env;
  const dataDir = resolve(env['DATA_DIR'] || '.data');

  stopOnSignals();
  try {
    await startOn(dataDir, { watch, env, startedAt });
  } catch (error) {
    throw explained(error, dataDir);
  }
}

interface StartOptions {
  watch: boolean;
  env: NodeJS.ProcessEnv;
  startedAt: number;
}

async function startOn(dataDir: string, { watch, env, startedAt }: StartOptions): Promise<void> {
  const address = env['BIND_ADDRESS'] || '127.0.0.1';
  const { REDIS_PORT, ...ports } = await choosePorts(env);
  prepareDataDir(dataDir);
  lock = await lockDataDir(dataDir);
  closeToOthers(dataDir);
  const patience = lock.tookOver ? LEFTOVER_PATIENCE_MS : 0;
  await assertPortsFree(ports, address, patience);

  const firstStart = !existsSync(join(dataDir, 'secrets', 'admin_contrasena'));
  await (setup = makeSecrets(dataDir));
  const redis = env['REDIS_URL'] ? undefined : await privateRedis(dataDir, REDIS_PORT, patience);
  if (stopping) return;
  if (redis?.limitsUsers === false)
    step('redis-server es anterior al 7: cada proceso puede todo en Redis; instale uno más nuevo');
  const redisUrl = (name: string) => (redis ? asRedisUser(redis.url, name) : (env['REDIS_URL'] ?? ''));
  // Commands on this machine have the worker's secrets.
  writeRedisAddress(dataDir, redisUrl('worker'));
  announcedIn = dataDir;

  const specs = processSpecs({
    root: ROOT,
    dataDir,
    ports,
    redisUrl,
    host: ['0.0.0.0', '::'].includes(address) ? '127.0.0.1' : address,
    logFormat: env['LOG_FORMAT'] || (process.stdout.isTTY ? 'pretty' : 'json'),
    env,
  });
  step(`arrancando ${[...(redis ? ['redis'] : []), ...specs.map((spec) => spec.name)].join(', ')}`);
  platform = startPlatform(specs, redis, { started: lock.add });
  await platform.ready().catch((error: unknown) => {
    throw withFullDisk(error, dataDir);
  });
  if (stopping) return;
  if (watch) {
    const names = specs.map((spec) => spec.name);
    watchSources(ROOT, names, (name) => platform?.restart(name));
    devServer = await startDevServer(ROOT, ports);
  }
  printReadyBlock({
    ports,
    dataDir,
    firstStart,
    devPort: devServer?.port,
    tls: Boolean(env['TLS_CERT_FILE']),
    ms: performance.now() - startedAt,
  });
}

function assertNodeVersion(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR) return;
  throw new UserError(
    `Hace falta Node ${NODE_MAJOR} y este es ${process.version}; use \`npm start\`, que trae el suyo en node_modules`,
  );
}

function options(): { watch: boolean } {
  try {
    return parseArgs({ options: { watch: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    const option = process.argv.slice(2).join(' ');
    throw new UserError(`No se entiende «${option}».\n${USAGE}`, { cause: error });
  }
}

/** In a process of its own: what it needs (SQLite, schemas) would stay in our memory for good. */
async function makeSecrets(dataDir: string): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'setup.ts')], {
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let made = 0;
  child.stdout.on('data', (data: Buffer) => (made += data.toString().match(/^ {2}creado /gm)?.length ?? 0));
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new UserError(
      `No se pudieron preparar los secretos de ${join(dataDir, 'secrets')} (arriba está el motivo)`,
    );
  if (made > 0) step(`secretos: ${made} archivos creados en ${join(dataDir, 'secrets')}`);
}

async function privateRedis(dataDir: string, wanted: number | undefined, patience: number) {
  const port = wanted ?? (await freePort());
  const redis = await prepareRedis(dataDir, port);
  await assertPortsFree({ REDIS_PORT: port }, '127.0.0.1', patience);
  return redis;
}

/** Ctrl-C reaches us from the terminal and from npm; the loss of npm reaches us only as another parent. */
function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  // Who read our output may be gone before us.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const parent = process.ppid;
  if (!process.env['npm_lifecycle_event']) return;
  setInterval(() => {
    if (process.ppid !== parent) void stop();
  }, PARENT_POLL_MS).unref();
}

function stop(exitCode = 0): Promise<void> {
  stopping ??= (async () => {
    const startedAt = performance.now();
    await setup?.catch(() => undefined);
    if (platform) {
      step('deteniendo…');
      await Promise.all([platform.stop(), devServer?.stop()]);
      step(`detenido en ${seconds(performance.now() - startedAt)}`);
    }
    if (announcedIn !== undefined) removeRedisAddress(announcedIn);
    lock?.release();
    process.exit(exitCode);
  })();
  return stopping;
}

interface Ready {
  ports: Ports;
  dataDir: string;
  firstStart: boolean;
  /** Of the page with live reload. */
  devPort: number | undefined;
  /** Whether what is published speaks HTTPS. */
  tls: boolean;
  ms: number;
}

function printReadyBlock(ready: Ready): void {
  const { ports, dataDir, firstStart, devPort, tls } = ready;
  const published = (port: number) => url(port, tls ? 'https' : 'http');
  const passwordFile = join(dataDir, 'secrets', 'admin_contrasena');
  const password = whereThePasswordIs(passwordFile, { firstStart, isTerminal: process.stdout.isTTY });
  const behindGateway = SERVICES.flatMap(({ gateway }) => gateway?.path ?? []);
  const rows: [string, string][] = [
    ['Página', published(ports.FRONTEND_PORT)],
    ...(devPort === undefined
      ? []
      : [['En vivo', `${url(devPort)}   (se recarga al cambiar; tarda unos segundos)`] as [string, string]]),
    ['API', `${published(ports.GATEWAY_PORT)}/api/v1/{${behindGateway.join(',')}}/…`],
    ...SERVICES.map((service): [string, string] => [
      service.title,
      service.gateway
        ? `${url(ports[portVariable(service)])}   (documentación en /docs)`
        : published(ports[portVariable(service)]),
    ]),
    ['Datos', dataDir],
    ['', ''],
    ['Usuario', 'admin'],
    ['Contraseña', password],
    ['', ''],
    [
      'Probar',
      ports.GATEWAY_PORT === 8080 && !tls
        ? 'npm run demo'
        : `npm run demo -- --base ${published(ports.GATEWAY_PORT)}`,
    ],
    ['Detener', 'Ctrl-C'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, value]) => (name ? `  ${name.padEnd(width)}${value}` : ''));
  print(['', bold(`MediSupply está listo (${seconds(ready.ms)})`), '', ...lines, ''].join('\n'));
}

const url = (port: number, scheme = 'http') => `${scheme}://localhost:${port}`;

try {
  await main();
} catch (error) {
  if (!stopping) {
    process.stderr.write(`${textOf(error)}\n`);
    await stop(1);
  }
}
