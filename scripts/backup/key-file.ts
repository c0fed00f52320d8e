/** Files with keys for backups, as age writes them: one key a line, comments behind `#`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { newKeyPair } from '@medisupply/shared/security/encrypted-file';
import { UserError } from '../terminal/user-error.ts';

const RECIPIENT = /^age1[a-z0-9]+$/;
const IDENTITY = /^AGE-SECRET-KEY-[A-Z0-9-]+$/;

/** Whom a backup is for: a public key as it is, or a file with some. @throws UserError */
export const readRecipients = (value: string): string[] =>
  RECIPIENT.test(value) ? [value] : readKeys(value, RECIPIENT, 'una clave pública (age1…)');

/** @throws UserError */
export const readIdentities = (file: string): string[] =>
  readKeys(file, IDENTITY, 'una clave privada (AGE-SECRET-KEY-…)');

function readKeys(file: string, wanted: RegExp, what: string): string[] {
  if (!existsSync(file)) throw new UserError(`No existe ${file}`);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => wanted.test(line)))
    throw new UserError(`${file} debe tener ${what} en cada línea`);
  return lines;
}

/** A private key into `file`, its public one into `file.pub`. @returns the public key. @throws UserError */
export async function writeKeyPair(file: string): Promise<string> {
  if (existsSync(file)) throw new UserError(`Ya existe ${file}; no se cambia`);
  const { identity, recipient } = await newKeyPair();
  writeFileSync(file, `# clave pública: ${recipient}\n${identity}\n`, { mode: 0o400, flag: 'wx' });
  writeFileSync(`${file}.pub`, `${recipient}\n`);
  return recipient;
}
