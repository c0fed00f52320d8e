import { appendFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';

const AUDIT_FILE = 'auditoria.jsonl';

/**
 * Notes what was done at a terminal, as the services note what was done through them: one line of JSON in the data folder,
 * or on standard error where nothing can be written there.
 */
export function auditCommand(dataDir: string, accion: string): void {
  const line = `${JSON.stringify({
    time: new Date().toISOString(),
    auditoria: true,
    accion,
    quien: `sistema:${userInfo().username}`,
    desde: hostname(),
  })}\n`;
  try {
    appendFileSync(join(dataDir, AUDIT_FILE), line, { mode: 0o600 });
  } catch {
    process.stderr.write(line);
  }
}
