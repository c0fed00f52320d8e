/** The compose file's stack on a real engine, under a project name and ports of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { NO_RATES, ROOT } from '../launcher/launch.ts';
import { until } from '@medisupply/shared/testing/until';

/** What a process needs to reach the same stack: serialised from the set-up to the tests. */
export interface StackAddress {
  project: string;
  ports: Record<string, string>;
}

/** One or more containers of a service may be meant; `ps` lists those that run. */
export interface Stack extends StackAddress {
  base: string;
  /** Runs `docker-compose <args>`; its output. @throws Error with all of it when it fails */
  compose(args: readonly string[], env?: Record<string, string>): Promise<string>;
  /** The same, its standard output into a file. */
  composeTo(args: readonly string[], file: string): Promise<void>;
  /** The same, with a file as its standard input. */
  composeFrom(args: readonly string[], file: string): Promise<void>;
  containers(service: string): Promise<string[]>;
  exec(service: string, command: readonly string[]): Promise<string>;
  /** Until every container of these services (all by default) is healthy. */
  healthy(services?: readonly string[]): Promise<void>;
  /** kill -9 of the main process, as a crash: the restart policy takes over. */
  crash(container: string): Promise<void>;
  /** Stops the main program, not its container, for good: the health check takes over. */
  freeze(container: string): Promise<void>;
  /** Packets of one container to another vanish, until the returned function is called. */
  partition(from: string, to: string): Promise<() => Promise<void>>;
}

export const SERVICES = [
  'redis',
  'm-autorizador',
  'm-logistica-inventario',
  'm-monitor',
  'worker',
  'bull-board',
  'frontend',
] as const;

const PATIENCE = 180_000;

/** `docker-compose`, or the plugin of newer installations; undefined when there is neither. */
export function composeCommand(): [string, string[]] | undefined {
  const works = (command: string, args: string[]) =>
    spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0;
  if (works('docker-compose', [])) return ['docker-compose', []];
  return works('docker', ['compose']) ? ['docker', ['compose']] : undefined;
}

export const engineAnswers = (): boolean =>
  spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore' }).status === 0;

export function openStack({ project, ports }: StackAddress): Stack {
  const command = composeCommand();
  if (!command) throw new Error('neither docker-compose nor docker compose is installed');
  const [program, first] = command;
  const environment = (more: Record<string, string> = {}) => ({
    ...process.env,
    COMPOSE_PROJECT_NAME: project,
    COMPOSE_HTTP_TIMEOUT: '300',
    ...NO_RATES,
    ...ports,
    ...more,
  });

  const compose: Stack['compose'] = (args, env) => run(program, [...first, ...args], environment(env));
  const containers: Stack['containers'] = async (service) =>
    (await compose(['ps', '-q', service])).split('\n').filter(Boolean);

  async function redirected(
    args: readonly string[],
    [stdin, stdout]: readonly [number | null, number | null],
  ): Promise<void> {
    const child = spawn(program, [...first, ...args], {
      cwd: ROOT,
      env: environment(),
      stdio: [stdin ?? 'ignore', stdout ?? 'ignore', 'pipe'],
    });
    for (const file of [stdin, stdout]) if (file !== null) closeSync(file);
    let stderr = '';
    child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}:\n${stderr}`);
  }

  async function inspect(container: string, format: string): Promise<string> {
    return (await docker(['inspect', '--format', format, container])).trim();
  }

  /** Until the restart policy has started the container anew after what is done to its first process. */
  async function restarted(container: string, disturb: (pid: number) => void): Promise<void> {
    const before = await inspect(container, '{{.RestartCount}}');
    disturb(Number(await inspect(container, '{{.State.Pid}}')));
    await until(async () => (await inspect(container, '{{.RestartCount}}')) !== before, PATIENCE);
  }

  return {
    project,
    ports,
    base: `http://127.0.0.1:${ports['GATEWAY_PORT']}`,
    compose,
    containers,
    exec: (service, args) => compose(['exec', '-T', service, ...args]),
    composeTo: (args, file) => redirected(args, [null, openSync(file, 'w')]),
    composeFrom: (args, file) => redirected(args, [openSync(file, 'r'), null]),
    async healthy(services = SERVICES) {
      const isHealthy = async (service: string) => {
        const all = await containers(service);
        const states = await Promise.all(all.map((id) => inspect(id, '{{.State.Health.Status}}')));
        return states.length > 0 && states.every((state) => state === 'healthy');
      };
      await until(async () => (await Promise.all(services.map(isHealthy))).every(Boolean), PATIENCE);
    },
    async crash(container) {
      // `docker kill` would count as a wish, and nothing would be restarted.
      await restarted(container, (pid) => process.kill(pid, 'SIGKILL'));
    },
    async freeze(container) {
      await restarted(container, (pid) => {
        const [main] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
        process.kill(Number(main), 'SIGSTOP');
      });
    },
    async partition(from, to) {
      const [source] = await containers(from);
      if (source === undefined) throw new Error(`no container of ${from}`);
      const pid = await inspect(source, '{{.State.Pid}}');
      const addresses = await Promise.all(
        (await containers(to)).map((id) =>
          inspect(id, `{{(index .NetworkSettings.Networks "${project}_interna").IPAddress}}`),
        ),
      );
      const route = (verb: 'add' | 'del') => (address: string) =>
        run('nsenter', ['-t', pid, '-n', 'ip', 'route', verb, 'blackhole', `${address}/32`]);
      await Promise.all(addresses.map(route('add')));
      return async () => void (await Promise.all(addresses.map(route('del'))));
    },
  };
}

export const docker = (args: readonly string[]): Promise<string> => run('docker', args);

async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = await once(child, 'close');
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
}
