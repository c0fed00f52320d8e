import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../launcher/launch.ts';

/** A copy of the repository as it stands, with the packages of the original and the workspaces of its own. */
export interface Copy {
  root: string;
  /** Every file that belongs to the repository, with its contents. */
  files(): Map<string, string>;
  remove(): void;
}

export function copyRepository(): Copy {
  const root = mkdtempSync(join(tmpdir(), 'medisupply-copy-'));
  for (const file of listFiles(ROOT)) cpSync(join(ROOT, file), join(root, file));
  linkPackages(root, '');
  for (const folder of globSync(['{shared,worker,frontend}/node_modules', 'services/*/node_modules'], {
    cwd: ROOT,
  })) {
    linkPackages(root, dirname(folder));
  }
  return {
    root,
    files: () => new Map(filesBelow(root).map((file) => [file, readFileSync(join(root, file), 'utf8')])),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What git knows or would add. */
function listFiles(root: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout, status } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error('git ls-files failed');
  // A file that was deleted and not yet committed is still listed.
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

const filesBelow = (root: string): string[] =>
  globSync('**/*', {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => ['node_modules', '.data'].includes(entry.name),
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

/** Links to the original's packages; its own links to workspaces are relative and lead into the copy. */
function linkPackages(root: string, workspace: string): void {
  const from = join(ROOT, workspace, 'node_modules');
  const to = join(root, workspace, 'node_modules');
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === '.cache' || name.startsWith('.vite')) continue;
    const isOurs = name === '@medisupply' || name === '.package-lock.json';
    if (isOurs) cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    else symlinkSync(join(from, name), join(to, name));
  }
}
