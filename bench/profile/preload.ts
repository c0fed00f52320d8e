/**
 * Loaded into each process of a platform that is profiled (`--import`): SIGUSR2 begins a CPU profile, the next one ends
 * it and writes it to `PROFILE_DIR`, as `PID.cpuprofile`. That it has begun is told by `PID.begun`.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const dir = process.env['PROFILE_DIR'];
const INTERVAL_MICROSECONDS = 200;

function profileOnSignals(folder: string): void {
  const session = new Session();
  const fileOf = (kind: string) => join(folder, `${process.pid}.${kind}`);
  let running = false;
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
  process.on('SIGUSR2', () => {
    running = !running;
    if (running) session.post('Profiler.start', () => writeFileSync(fileOf('begun'), ''));
    else
      session.post('Profiler.stop', (error, ended) => {
        if (error) throw error;
        writeFileSync(fileOf('cpuprofile'), JSON.stringify(ended.profile));
      });
  });
}

if (dir !== undefined && isMainThread) profileOnSignals(dir);
