import { workerData } from 'node:worker_threads';

const { beats, silenceMs } = workerData as { beats: Int32Array; silenceMs: number };

let seen = -1;
let since = Date.now();

setInterval(() => {
  const beat = Atomics.load(beats, 0);
  if (beat !== seen) {
    seen = beat;
    since = Date.now();
    return;
  }
  if (Date.now() - since < silenceMs) return;
  process.stderr.write(
    `worker: el bucle de eventos lleva ${silenceMs} ms bloqueado; el proceso se reinicia\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}, 500);
