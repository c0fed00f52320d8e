import { expect, test } from 'vitest';
import { startPlatform, until } from '../../tests/support/platform.ts';

test('when a worker has nothing to do, then it does not report the timer it measures with as lag', async () => {
  const platform = await startPlatform();
  const worker = await platform.startWorker();
  // Each over some turns of the timer: on a busy machine one of them is quiet.
  const lags: number[] = [];
  for (let window = 0; window < 10; window++) {
    let polls = 0;
    await until(() => ++polls > 10);
    lags.push(worker.consumers.snapshot(false).event_loop_lag_ms);
  }
  expect(Math.min(...lags)).toBeLessThan(15);
  await platform.close();
});
