/** PostgreSQL's own programs, which an administrator installs. */
import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian keeps those of each version. */
const VERSIONED = '/usr/lib/postgresql/*/bin';

export const programFolders = (env: NodeJS.ProcessEnv): string[] => [
  ...(env['PATH'] ?? '').split(delimiter).filter(Boolean),
  ...globSync(VERSIONED),
];

/**
 * The oldest one that the server's version can do with: a newer one may say what an older server does not understand.
 * @throws Error with the remedy when there is none
 */
export async function clientProgram(
  name: 'pg_dump' | 'pg_restore',
  server: number,
  folders: readonly string[],
): Promise<string> {
  const found: { path: string; version: number }[] = [];
  for (const path of folders.map((folder) => join(folder, name)).filter((file) => existsSync(file))) {
    const version = await versionOf(path);
    if (version !== undefined) found.push({ path, version });
  }
  const [best] = found.filter(({ version }) => version >= server).toSorted((a, b) => a.version - b.version);
  if (best) return best.path;
  const there =
    found.length === 0
      ? 'no hay ninguno'
      : `solo hay el ${[...new Set(found.map(({ version }) => version))].join(' y el ')}`;
  throw new Error(
    `El servidor es PostgreSQL ${server}: hace falta ${name} ${server} o posterior, y aquí ${there}; instale postgresql-client-${server} (Debian) o ponga el programa en PATH`,
  );
}

async function versionOf(path: string): Promise<number | undefined> {
  try {
    const { stdout } = await run(path, ['--version']);
    const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? [];
    return major === undefined ? undefined : Number(major);
  } catch {
    return undefined;
  }
}
