/**
 * Angular's service worker serves the files of the application; this says what passes it by, and gives the page that
 * it keeps a nonce of its own each time, as the gateways do.
 */
const PLACEHOLDER = 'CSP_NONCE';
const NONCE = /'nonce-([^']+)'/;

const fromNetwork = self.fetch.bind(self);

// As it was built: Angular's service worker compares it with the hash of the build.
self.fetch = async (request, options) => {
  const response = await fromNetwork(request, options);
  const { pathname } = new URL(request.url ?? request, self.location.href);
  return pathname === '/index.html' && response.ok ? withNonce(response, PLACEHOLDER) : response;
};

self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  // Answers of the API are never kept, and streams need no middleman.
  if (pathname.startsWith('/api/')) return event.stopImmediatePropagation();
  if (event.request.mode !== 'navigate') return;
  const respondWith = event.respondWith.bind(event);
  event.respondWith = (answer) => respondWith(Promise.resolve(answer).then(withNonceOfItsOwn));
});

importScripts('ngsw-worker.js');

async function withNonceOfItsOwn(response) {
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!isPage) return response;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return withNonce(response, btoa(String.fromCharCode(...bytes)));
}

/** The same page with another nonce, in its policy as well. */
async function withNonce(response, nonce) {
  const page = await response.text();
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length']) headers.delete(name);
  const policy = headers.get('content-security-policy') ?? '';
  const old = NONCE.exec(policy)?.[1];
  const { status, statusText } = response;
  if (old === undefined) return new Response(page, { status, statusText, headers });
  headers.set('content-security-policy', policy.replaceAll(`'nonce-${old}'`, `'nonce-${nonce}'`));
  return new Response(page.replaceAll(old, nonce), { status, statusText, headers });
}
