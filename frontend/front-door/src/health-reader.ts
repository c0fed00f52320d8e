import type { Upstream } from './proxy.ts';

/** The health check of whoever asks waits behind it (ms). */
const DEADLINE = 1_500;

/** What each service answers at `/health`; all are asked at once, and once for all who ask meanwhile. Never rejects. */
export function createHealthReader(upstreams: readonly Upstream[]): () => Promise<Record<string, unknown>> {
  let asked: Promise<Record<string, unknown>> | undefined;
  const askAll = async () =>
    Object.fromEntries(
      await Promise.all(upstreams.map(async ({ name, url }) => [name, await ask(url)] as const)),
    );
  return () => (asked ??= askAll().finally(() => (asked = undefined)));
}

async function ask(url: string): Promise<unknown> {
  try {
    const answer = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(DEADLINE) });
    if (answer.ok) return await answer.json();
    await answer.body?.cancel();
  } catch {
    // Whatever the reason: it did not answer.
  }
  return { status: 'unreachable' };
}
