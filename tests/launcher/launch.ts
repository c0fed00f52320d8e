import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/launcher/ports.ts';
import { DEFAULT_PORTS } from '../../scripts/launcher/ports.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A free port for every port variable of the launcher. */
export async function freePorts(): Promise<Record<string, string>> {
  const names = Object.keys(DEFAULT_PORTS);
  const ports = await Promise.all(names.map(() => freePort()));
  return Object.fromEntries(names.map((name, index) => [name, String(ports[index])]));
}
