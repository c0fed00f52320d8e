import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import express from 'express';
import type { RequestHandler } from 'express';
import { contentSecurityPolicy as setContentSecurityPolicy } from 'helmet';
import { notFound } from '@medisupply/shared/http/app-error';

/** The page's placeholder for the nonce of its styles: Angular makes `<style>` elements while it runs. */
const NONCE_PLACEHOLDER = 'CSP_NONCE';
/** The build names its files by their contents. */
const NAMED_BY_CONTENTS = /-[\w-]{8}\.[a-z0-9]+$/;
const FILE_NAME = /\.[^/]*$/;
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;

/** Everything from here and nowhere else; no script or style that is not a file of ours, or carries the page's nonce. */
export function contentSecurityPolicy(nonce?: string) {
  const style = ["'self'", ...(nonce === undefined ? [] : [`'nonce-${nonce}'`])];
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      ...(nonce === undefined ? {} : { styleSrcElem: style, styleSrcAttr: ["'unsafe-inline'"] }),
    },
  };
}

/** A page of one file, whose own `<meta>` has its policy, but for what a `<meta>` cannot say. */
const VERIFIER = '/verificar.html';
const VERIFIER_POLICY = "frame-ancestors 'none'";

/** Headers that matter for a page only; on the many small files that it loads they would be wasted bytes. */
const OF_PAGES = [
  'Content-Security-Policy',
  'Cross-Origin-Opener-Policy',
  'Origin-Agent-Cluster',
  'Referrer-Policy',
  'X-DNS-Prefetch-Control',
  'X-Download-Options',
  'X-Frame-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-XSS-Protection',
];

/** The files of `root`, each as its compressed copy where there is one that the client takes. */
export function staticFiles(root: string): RequestHandler[] {
  const files = express.static(root, {
    index: false,
    // To a folder with a slash behind it: the address is the client's own, and `/\\host` is another host to a browser.
    redirect: false,
    setHeaders: (response, path) => {
      const encoding = Object.values(ENCODINGS).find((suffix) => path.endsWith(suffix));
      const name = encoding === undefined ? path : path.slice(0, -encoding.length);
      if (encoding !== undefined) response.type(extname(name));
      const isNamedByContents = NAMED_BY_CONTENTS.test(name);
      response.set('Cache-Control', isNamedByContents ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (name.endsWith(VERIFIER)) response.set('Content-Security-Policy', VERIFIER_POLICY);
      if (isNamedByContents) for (const header of OF_PAGES) response.removeHeader(header);
    },
  });
  return [compressedCopy(root), files];
}

function compressedCopy(root: string): RequestHandler {
  return (request, response, next) => {
    const path = decodeURIComponent(request.path);
    const isFile = (request.method === 'GET' || request.method === 'HEAD') && FILE_NAME.test(path);
    if (!isFile || path.includes('..') || !existsSync(join(root, `${path}.br`))) return next();
    response.vary('Accept-Encoding');
    const encoding = request.acceptsEncodings('br') || request.acceptsEncodings('gzip');
    if (encoding === 'br' || encoding === 'gzip') {
      response.set('Content-Encoding', encoding);
      request.url = `${request.path}${ENCODINGS[encoding]}`;
    }
    next();
  };
}

/** A page address of the single-page app: its router decides, not the file system. A nonce of its own each time. */
export function pages(root: string): RequestHandler {
  return async (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isPage =
      ['/', '/index.html'].includes(request.path) ||
      (!FILE_NAME.test(request.path) && request.accepts(['json', 'html']) === 'html');
    if (!isRead || !isPage) return next();
    const page = await readFile(join(root, 'index.html'), 'utf8').catch(() => {
      throw notFound('Falta la página; constrúyala con npm run build:web');
    });
    const nonce = page.includes(NONCE_PLACEHOLDER) ? randomBytes(16).toString('base64') : undefined;
    if (nonce !== undefined) setPolicy(nonce)(request, response, () => undefined);
    response
      .set('Cache-Control', 'no-cache')
      .type('html')
      .send(nonce === undefined ? page : page.replaceAll(NONCE_PLACEHOLDER, nonce));
  };
}

const setPolicy = (nonce: string): RequestHandler => setContentSecurityPolicy(contentSecurityPolicy(nonce));
