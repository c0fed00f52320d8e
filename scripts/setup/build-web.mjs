/**
 * Builds the Angular app when its sources changed: `frontend/dist/medisupply` holds the app and, in `sello`, the hash of
 * what it was built from. The new build takes the old one's place only when it is complete.
 *
 *     node scripts/setup/build-web.mjs            always builds
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { verifierPage } from './build-verifier.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FRONTEND = join(ROOT, 'frontend');
/** Node 24; in an image it is the one that runs this. */
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const BUILT = join(FRONTEND, 'dist', 'medisupply');
const STAMP = 'sello';
const SOURCES = [
  'src',
  'public',
  'api-client/src',
  '../shared/src/contracts',
  '../shared/src/proof',
  'verificar',
  '../scripts/setup/build-verifier.mjs',
  'angular.json',
  'ngsw-config.json',
  'tsconfig.json',
  'tsconfig.app.json',
  'package.json',
];
const COMPRESSED = new Set(['.js', '.css', '.svg', '.json', '.txt']);
/** Below this a compressed copy saves nothing (bytes). */
const WORTHWHILE = 1_024;

/** Whether the app that is there was built from the sources as they are. */
export const isWebBuilt = () => stampOf(BUILT) === hashOfSources();

export const hasWebBuild = () => stampOf(BUILT) !== undefined;

/** Returns whether it worked; on failure an earlier build stays as it is. What Angular says is passed through. */
export function buildWeb() {
  const hash = hashOfSources();
  const fresh = join(FRONTEND, 'dist', `.nuevo-${process.pid}`);
  const old = join(FRONTEND, 'dist', `.viejo-${process.pid}`);
  const { status } = spawnSync(
    existsSync(NODE) ? NODE : process.execPath,
    [join(ROOT, 'node_modules', '@angular', 'cli', 'bin', 'ng.js'), 'build', '--output-path', fresh],
    {
      cwd: FRONTEND,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NG_CLI_ANALYTICS: 'false', NG_BUILD_MAX_WORKERS: '2' },
    },
  );
  try {
    if (status !== 0) return false;
    writeFileSync(join(fresh, 'browser', 'verificar.html'), verifierPage());
    compress(join(fresh, 'browser'));
    writeFileSync(join(fresh, STAMP), `${hash}\n`);
    mkdirSync(dirname(BUILT), { recursive: true });
    if (existsSync(BUILT)) renameSync(BUILT, old);
    renameSync(fresh, BUILT);
    return true;
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** `file.js.br` and `file.js.gz` beside `file.js`, for whoever serves them. */
function compress(folder) {
  for (const path of filesIn(folder)) {
    if (!COMPRESSED.has(extname(path))) continue;
    const contents = readFileSync(path);
    if (contents.length < WORTHWHILE) continue;
    const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(`${path}.br`, brotliCompressSync(contents, { params: quality }));
    writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of filesIn(join(FRONTEND, source))) {
      if (path.endsWith('.spec.ts')) continue;
      hash
        .update(`${relative(FRONTEND, path)}\0`)
        .update(readFileSync(path))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** The files below a folder, or the file itself, in a fixed order. */
function filesIn(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch {
    return [path];
  }
}

function stampOf(folder) {
  try {
    return readFileSync(join(folder, STAMP), 'utf8').trim();
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !buildWeb()) process.exitCode = 1;
