/** A platform of its own, on free ports and with data of its own, for as long as an attack or a measurement lasts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portVariable, SERVICES } from '@medisupply/shared/services';
import { freePorts, nothingLeft, processesOf, ROOT, runCommand } from '../../tests/launcher/launch.ts';

export interface OwnPlatform {
  base: string;
  dataDir: string;
  /** Port of each service and of the worker, by its name. */
  ports: Record<string, number>;
  /** Process of each of them, and of Redis, the front door and the launcher, by its name. */
  pids(): Map<string, number>;
  log: readonly string[];
  /** What the launcher said about processes that ended. */
  deaths(): string[];
  close(): Promise<void>;
}

/** Every limit on how often one may ask: what is behind them shall be met. */
export const WITHOUT_RATES = {
  GATEWAY_RATE: '1000000',
  GATEWAY_BURST: '1000000',
  SIGNUP_RATE: '0',
  USER_CREATE_RATE: '0',
  USER_CONFIRM_RATE: '0',
};

/** Readable for people and told in full: what a terminal shows is under attack as well. */
const TALKATIVE = { LOG_FORMAT: 'pretty', LOG_LEVEL: 'debug' };

const LAUNCHER = 'scripts/start.ts';

/** Starts it as `npm start` does. */
export async function startOwnPlatform(env: Record<string, string>): Promise<OwnPlatform> {
  const parent = await mkdtemp(join(tmpdir(), 'medisupply-own-'));
  const dataDir = join(parent, 'data');
  const variables = await freePorts();
  const run = runCommand(process.execPath, [LAUNCHER], {
    cwd: ROOT,
    env: { ...variables, ...TALKATIVE, ...env, DATA_DIR: dataDir },
  });
  const close = async () => {
    run.child.kill('SIGTERM');
    await run.exit;
    await nothingLeft(dataDir).catch(() => undefined);
    for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
    await rm(parent, { recursive: true, force: true });
  };
  try {
    await run.printed('MediSupply está listo');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    base: `http://127.0.0.1:${variables['GATEWAY_PORT']}`,
    dataDir,
    ports: Object.fromEntries(
      [
        ...SERVICES.map((service): [string, string] => [service.name, portVariable(service)]),
        ['worker', 'WORKER_PORT'],
      ].map(([name, variable]) => [name, Number(variables[variable ?? ''])]),
    ),
    pids: () => pidsOf(dataDir),
    log: run.lines,
    deaths: () => deathsIn(run.lines),
    close,
  };
}

function pidsOf(dataDir: string): Map<string, number> {
  const pids = new Map<string, number>();
  for (const { pid, command } of processesOf(dataDir)) {
    const name = /([\w-]+)\/src\/main\.ts/.exec(command)?.[1];
    if (name !== undefined) pids.set(name, pid);
    if (command.includes('redis-server')) pids.set('redis', pid);
    if (command.endsWith(LAUNCHER)) pids.set('launcher', pid);
  }
  return pids;
}

/** Each line that tells of an end, with what that process said last. */
function deathsIn(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    const name = /(\S+) terminó \(/.exec(line)?.[1];
    if (name === undefined) return [];
    const said = lines.slice(0, at).filter((earlier) => earlier.includes(`${name} `));
    return [[line, ...said.slice(-8)].join('\n    ')];
  });
}
