import { watch } from 'node:fs';
import { join } from 'node:path';
import { step } from './output.ts';

const QUIET_MS = 200;

/** Source folders, and the processes that run what is in them. */
const SOURCES: Readonly<Record<string, readonly string[] | 'all'>> = {
  'shared/src': 'all',
  'services/autorizador/src': ['autorizador'],
  'services/logistica-inventario/src': ['logistica-inventario', 'worker'],
  'services/monitor/src': ['monitor', 'worker'],
  'services/bull-board/src': ['bull-board'],
  'worker/src': ['worker'],
  'frontend/front-door/src': ['front-door'],
};

/**
 * Calls `restart` for the processes whose sources changed, once per burst of changes. (`node --watch` puts a process
 * of its own between us and each child, which survives when we are killed.)
 */
export function watchSources(root: string, names: readonly string[], restart: (name: string) => void): void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const restartChanged = () => {
    step(`cambió el código; se reinicia ${[...changed].join(', ')}`);
    for (const name of changed) restart(name);
    changed.clear();
  };
  for (const [folder, affected] of Object.entries(SOURCES)) {
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts')) return;
      for (const name of affected === 'all' ? names : affected) changed.add(name);
      clearTimeout(timer);
      timer = setTimeout(restartChanged, QUIET_MS);
    });
  }
}
