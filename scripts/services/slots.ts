/**
 * Slots: places in the compose file and in the manifests that take a piece for each new service.
 * The piece itself stands there, commented, between two marks; made services stand above it:
 *
 *     # <new-service>
 *     #   secrets_<name>:
 *     # </new-service>
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NewService } from './service-names.ts';

const SLOT = /^[ \t]*# <new-service>\n(?<lines>(?:[ \t]*#.*\n)*?)[ \t]*# <\/new-service>$/gm;

/** Files that may have slots, from the root, as far as they exist. */
const SLOT_FILES = ['docker-compose*.yml', 'deploy/kubernetes/**/*.yaml'];

export const slotFilesIn = (root: string): string[] =>
  globSync(SLOT_FILES, { cwd: root })
    .toSorted()
    .filter((file) => hasSlots(readText(root, file)));

export const hasSlots = (text: string): boolean => text.search(SLOT) >= 0;

export const addToSlots = (text: string, service: NewService): string =>
  text.replaceAll(SLOT, (slot: string, lines: string) => pieceOf(lines, service) + slot);

/** The pieces of the service, wherever they stand, as long as nobody changed them. */
export function removeFromSlots(text: string, service: NewService): string {
  const pieces = [...text.matchAll(SLOT)].map((match) => pieceOf(match.groups?.['lines'] ?? '', service));
  return pieces.reduce((rest, piece) => rest.replace(piece, ''), text);
}

const pieceOf = (lines: string, { name, variable, port }: NewService): string =>
  lines
    .replaceAll(/^([ \t]*)# ?/gm, '$1')
    .replaceAll(/^[ \t]+$/gm, '')
    .replaceAll('<name>', name)
    .replaceAll('<VARIABLE>', variable)
    .replaceAll('<port>', String(port));

export const readText = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');
