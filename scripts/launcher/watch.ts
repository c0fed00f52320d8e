import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '@medisupply/shared/services';
import { step } from './output.ts';

const QUIET_MS = 200;

/** Source folders, and the processes that run what is in them. */
function sourcesIn(root: string): Record<string, readonly string[] | 'all'> {
  const services = SERVICES.map(({ name }): [string, string[]] => {
    const hasHandlers = existsSync(join(root, 'services', name, 'src/tasks'));
    return [`services/${name}/src`, [name, ...(hasHandlers ? ['worker'] : [])]];
  });
  return {
    'shared/src': 'all',
    ...Object.fromEntries(services),
    'worker/src': ['worker'],
    'frontend/front-door/src': ['front-door'],
  };
}

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
  for (const [folder, affected] of Object.entries(sourcesIn(root))) {
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts')) return;
      for (const name of affected === 'all' ? names : affected) changed.add(name);
      clearTimeout(timer);
      timer = setTimeout(restartChanged, QUIET_MS);
    });
  }
}
