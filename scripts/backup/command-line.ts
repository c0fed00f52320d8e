/** What `npm run backup` and `npm run restore` have in common at the terminal. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { BackupError } from './archive.ts';
import type { Source } from './write-backup.ts';

export interface CommandLine {
  /** As typed; undefined when none was. */
  file: string | undefined;
  source: Source;
  flags: Readonly<Record<string, unknown>>;
}

/** @throws BackupError that shows `usage` for anything that is not understood */
export function readCommandLine(usage: string, flags: ParseArgsConfig['options'] = {}): CommandLine {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  const { values, positionals } = parse(usage, flags);
  const [file, ...rest] = positionals;
  if (rest.length > 0) throw new BackupError(`Sobra ${rest.join(' ')}\n${usage}`);
  const secretos = values['secretos'];
  const secretsDir = typeof secretos === 'string' ? resolve(secretos) : join(dataDir, 'secrets');
  return { file, source: { dataDir, secretsDir }, flags: values };
}

function parse(usage: string, flags: ParseArgsConfig['options']) {
  try {
    return parseArgs({ allowPositionals: true, options: { secretos: { type: 'string' }, ...flags } });
  } catch (error) {
    throw new BackupError(usage, { cause: error });
  }
}

/** Runs a command; what the person can put right is said without a stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof BackupError ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
