/** Callers that come while one measurement runs share its outcome: however many ask, the platform is asked once. */
export function singleFlight<T>(measure: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= measure().finally(() => (running = undefined));
    return running;
  };
}
