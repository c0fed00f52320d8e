/**
 * `node scripts/healthcheck.mjs <port>`: exit code 0 when the process in this container is ready. One that does not answer
 * is watched, as the launcher does, and killed when it does not live any more: the container's `restart` brings it back.
 */
import { get } from 'node:http';

const READY_MS = 4_000;
const WATCH_AFTER = 1_000;
const BLOCKED_AFTER = Math.max(20_000, Number(process.env.WATCHDOG_MS) || 0) + 10_000;

const [port] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;
const asked = performance.now();

get(`${url}/readyz`, ({ statusCode }) => {
  process.exit(statusCode === 200 && performance.now() - asked < READY_MS ? 0 : 1);
}).once('error', (error) => fail(error.message));
setTimeout(() => void watch(), WATCH_AFTER);

async function watch() {
  const [{ watchLiveness }, { listenerOn }] = await Promise.all([
    import('./launcher/liveness.ts'),
    import('./launcher/proc.ts'),
  ]);
  const pid = listenerOn(Number(port));
  if (pid === undefined) fail('no responde');
  const watched = { pid, url: `${url}/livez`, blockedAfter: BLOCKED_AFTER };
  watchLiveness(watched, new AbortController().signal, (reason) => {
    process.kill(pid, 'SIGKILL');
    fail(`${reason}; se termina`);
  });
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
