import type { Manifest } from './archive.ts';

/** What a backup holds, for people: one line each. */
export function contentsOf({ bases, secretos }: Manifest): string {
  const lines = [
    ...Object.entries(bases).map(([name, { bytes }]) => `  ${name} ${Math.ceil(bytes / 1024)} KiB`),
    secretos === undefined ? '  secretos' : `  secretos: ${secretos.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}
