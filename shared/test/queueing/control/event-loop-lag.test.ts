import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createEventLoopLag } from '../../../src/queueing/control/event-loop-lag.ts';

it('when the event loop was blocked, then the next reading says so and the one after is small again', async () => {
  const lag = createEventLoopLag();
  try {
    await delay(60);
    const until = performance.now() + 200;
    while (performance.now() < until);
    await delay(60);
    const blocked = lag.read();
    await delay(100);
    expect(blocked).toBeGreaterThan(100);
    expect(lag.read()).toBeLessThan(blocked);
  } finally {
    lag.close();
  }
});
