/**
 * verificar.html: styles and script in one file that needs nothing else. Its policy lets run what is in it and nothing
 * more, and asks nothing of the network.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'frontend', 'verificar');
/** Where keys are saved in it: shared/src/proof/saved-keys.ts. */
const NO_KEYS = '<script type="application/json" id="claves">null</script>';

/** @returns {string} the page, without keys */
export function verifierPage() {
  const [script, style] = [bundle('main.ts'), bundle('verificar.css')];
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts = {
    POLICY: policy,
    '<!-- style -->': `<style>${style}</style>`,
    '<!-- claves -->': NO_KEYS,
    '<!-- script -->': `<script>${script}</script>`,
  };
  return readFileSync(join(FOLDER, 'verificar.html'), 'utf8')
    .replaceAll(/^ +/gm, '')
    .replaceAll(/POLICY|<!-- \w+ -->/g, (place) => parts[place]);
}

function bundle(name) {
  // When it is needed: whoever installs the packages imports this file before they are there.
  const require = createRequire(import.meta.url);
  const { buildSync } = require('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: [join(FOLDER, name)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text.trim();
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
