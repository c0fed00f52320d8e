import { workerData } from 'node:worker_threads';

const { beats, silenceMs } = workerData as { beats: Int32Array; silenceMs: number };

let seen = -1;
// Not the time of day, which may be set forward.
let since = performance.now();

setInterval(() => {
  const beat = Atomics.load(beats, 0);
  if (beat !== seen) {
    seen = beat;
    since = performance.now();
    return;
  }
  if (performance.now() - since < silenceMs) return;
  process.stderr.write(
    `worker: el bucle de eventos lleva ${silenceMs} ms bloqueado; el proceso se reinicia\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}, 500);
