import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { until } from '@medisupply/shared/testing/until';
import { DEFAULT_PORTS } from '../../scripts/launcher/ports.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How long a start or a stop may take on a busy machine (ms). */
const PATIENCE = 90_000;

/** A free port for every port variable of the launcher. */
export async function freePorts(): Promise<Record<string, string>> {
  const names = Object.keys(DEFAULT_PORTS);
  const ports = await Promise.all(names.map(() => freePort()));
  return Object.fromEntries(names.map((name, index) => [name, String(ports[index])]));
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Run {
  child: ChildProcess;
  lines: string[];
  exit: Promise<Exit>;
  /** Resolves when a line with `text` was printed; fails with all output when the command ends before. */
  printed(text: string): Promise<void>;
}

/** Tests are one address and few users, and do much. */
export const NO_RATES = { SIGNUP_RATE: '0', USER_CREATE_RATE: '0', USER_CONFIRM_RATE: '0' };

/** Runs `npm <args>` in the repository. */
export const runNpm = (args: readonly string[], env: Record<string, string>): Run =>
  runCommand('npm', args, { env: { ...NO_RATES, ...env }, cwd: ROOT });

/** Of all that is set here, what a command needs. */
function inherited(): Record<string, string | undefined> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, NODE_COMPILE_CACHE };
}

/** Runs a command in a process group of its own, as in a terminal. */
export function runCommand(
  command: string,
  args: readonly string[],
  { env, cwd }: { env: Record<string, string>; cwd: string },
): Run {
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  // 'close' comes after 'exit' and after the last line.
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    lines,
    exit,
    async printed(text) {
      const isPrinted = () => lines.some((line) => line.includes(text));
      const ended = (async () => {
        const { code, signal } = await exit;
        if (isPrinted()) return;
        throw new Error(
          `${command} ${args.join(' ')} ended (${code ?? signal}) before «${text}»:\n${lines.join('\n')}`,
        );
      })();
      await Promise.race([until(isPrinted, PATIENCE), ended]);
    },
  };
}

interface Found {
  pid: number;
  command: string;
}

/** Every process with `dataDir` in its command line or environment: those of its platform. */
export function processesOf(dataDir: string): Found[] {
  const found: Found[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim();
    const mine =
      command.includes(dataDir) || read(pid, 'environ').split('\0').includes(`DATA_DIR=${dataDir}`);
    // A process that ends has no command line any more.
    if (mine && command !== '' && Number(pid) !== process.pid) found.push({ pid: Number(pid), command });
  }
  return found;
}

/** Waits until no process of the platform is left. */
export async function nothingLeft(dataDir: string): Promise<void> {
  await until(() => processesOf(dataDir).length === 0, 25_000);
}

/** The pid of the platform's process whose command line contains `text`. */
export function pidOf(dataDir: string, text: string): number {
  const found = processesOf(dataDir).find(({ command }) => command.includes(text));
  if (!found) throw new Error(`no process of ${dataDir} runs ${text}`);
  return found.pid;
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8');
  } catch {
    return '';
  }
}
