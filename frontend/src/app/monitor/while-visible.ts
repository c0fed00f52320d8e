import { DestroyRef, inject } from '@angular/core';

/**
 * Runs now and `everyMs` after each end, while the tab can be seen and the component is there. `run` does not reject.
 * Call it in an injection context.
 * @returns runs it now; when it is under way, once more after it
 */
export function whileVisible(everyMs: number, run: (signal: AbortSignal) => Promise<void>): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let again = false;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    if (isRunning) {
      again = true;
      return;
    }
    isRunning = true;
    await run(stop.signal);
    isRunning = false;
    if (stop.signal.aborted || document.hidden) return;
    timer = setTimeout(() => void turn(), again ? 0 : everyMs);
    again = false;
  }

  const follow = () => (document.hidden ? clearTimeout(timer) : void turn());
  document.addEventListener('visibilitychange', follow);
  inject(DestroyRef).onDestroy(() => {
    stop.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', follow);
  });
  void turn();
  return () => void turn();
}
