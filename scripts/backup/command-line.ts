/** What `npm run backup` and `npm run restore` have in common at the terminal. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { UserError } from '../terminal/user-error.ts';
import type { Source } from './write-backup.ts';

export interface CommandLine {
  /** As typed; undefined when none was. */
  file: string | undefined;
  source: Source;
  flags: Readonly<Record<string, unknown>>;
}

/** @throws UserError that shows `usage` for anything that is not understood */
export function readCommandLine(usage: string, flags: ParseArgsConfig['options'] = {}): CommandLine {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  const { values, positionals } = parse(usage, flags);
  const [file, ...rest] = positionals;
  if (rest.length > 0) throw new UserError(`Sobra ${rest.join(' ')}\n${usage}`);
  const secretos = values['secretos'];
  const secretsDir = typeof secretos === 'string' ? resolve(secretos) : join(dataDir, 'secrets');
  return { file, source: { dataDir, secretsDir }, flags: values };
}

function parse(usage: string, flags: ParseArgsConfig['options']) {
  try {
    return parseArgs({ allowPositionals: true, options: { secretos: { type: 'string' }, ...flags } });
  } catch (error) {
    throw new UserError(usage, { cause: error });
  }
}
