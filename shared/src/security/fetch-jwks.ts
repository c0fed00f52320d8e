const TIMEOUT_MS = 3_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Gets a JWKS document for `createKeySet`. Follows no redirect and believes nothing but 200 with JSON.
 * @throws Error on anything else, and after 3 s.
 */
export async function fetchJwks(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const type = response.headers.get('content-type') ?? '';
  if (response.status !== 200 || !/^application\/(jwk-set\+)?json\b/.test(type) || !response.body) {
    await response.body?.cancel();
    throw new Error(`${url} respondió ${response.status} ${type}`);
  }
  let text = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BYTES) throw new Error(`${url} respondió más de ${MAX_BYTES} bytes`);
  }
  return JSON.parse(text + decoder.decode());
}
