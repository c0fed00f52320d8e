import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface DatabaseLock {
  release(): Promise<void>;
}

/** Holds the write lock of SQLite files, from another process. */
export async function lockDatabase(...files: string[]): Promise<DatabaseLock> {
  const program = `
    const { default: Database } = await import(${JSON.stringify(import.meta.resolve('better-sqlite3'))});
    globalThis.held = process.argv.slice(1).map((file) => new Database(file).exec('BEGIN IMMEDIATE'));
    process.stdout.write('locked');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...files], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`cannot lock ${files.join(', ')}`))),
  ]);
  return {
    async release() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
