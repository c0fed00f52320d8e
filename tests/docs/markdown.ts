import { spawn } from 'node:child_process';
import { text as readAll } from 'node:stream/consumers';

/** The text below a heading, up to the next one of its level. @throws Error when there is no such heading */
export function section(markdown: string, heading: string): string {
  const start = markdown.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`there is no section "${heading}"`);
  const end = markdown.indexOf('\n## ', start + 1);
  return markdown.slice(start, end < 0 ? undefined : end);
}

/** The cells of every row of the tables whose first heading matches. */
export function rowsOf(markdown: string, firstHeading: RegExp): string[][] {
  return markdown
    .split(/\n{2,}/)
    .map((block) =>
      block
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map(cellsOf),
    )
    .filter(([heading]) => firstHeading.test(heading?.[0] ?? ''))
    .flatMap(([, , ...rows]) => rows);
}

const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The commands of its `sh` blocks. */
export const blocksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

/** Runs all blocks in one bash, as somebody who pastes them one after another; what each of them printed. */
export async function runBlocks(
  blocks: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<{ printed: string[]; errors: string; code: unknown }> {
  const separator = '=== end of block ===';
  const script = blocks.map((block) => `${block}\necho; echo '${separator}'\n`).join('');
  const bash = spawn('bash', ['-c', script], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise((resolve) => bash.once('close', resolve));
  const [output, errors, code] = await Promise.all([readAll(bash.stdout), readAll(bash.stderr), exit]);
  return {
    printed: output
      .split(separator)
      .map((part) => part.trim())
      .slice(0, -1),
    errors,
    code,
  };
}
