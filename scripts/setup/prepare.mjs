/**
 * Makes ready what `npm start`, `npm test` and the other scripts need: the packages, Node 24 among them, and the
 * programs of the system. Runs on whatever Node (20 or later) npm runs on, before node_modules exists: no imports but
 * Node's own. When everything is there it changes nothing and says nothing.
 *
 *     node scripts/setup/prepare.mjs start|test|packages
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWeb, hasWebBuild, isWebBuilt } from './build-web.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MODULES = join(ROOT, 'node_modules');
const OLDEST_NODE = 20;

/** A program that npm does not bring: how it is called on the path and in each package manager. */
const REDIS = {
  programs: ['redis-server'],
  apt: 'redis-server',
  dnf: 'redis',
  brew: 'redis',
};
/** Without windows it takes less than half the CPU. */
const CHROMIUM = {
  programs: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
  apt: 'chromium-headless-shell',
  dnf: 'chromium',
  brew: 'chromium',
};

/** The README's lines are run as they stand. */
const CURL = { programs: ['curl'], apt: 'curl', dnf: 'curl', brew: 'curl' };

/** The gateway of the containers is tested without them. */
const NGINX = { programs: ['nginx'], apt: 'nginx', dnf: 'nginx', brew: 'nginx' };

/** What each mode needs besides the packages. */
const MODES = {
  packages: [],
  start: [REDIS],
  test: [REDIS, CURL, CHROMIUM, NGINX],
};

function main(mode) {
  if (!Object.hasOwn(MODES, mode)) {
    fail(`Uso: node scripts/setup/prepare.mjs ${Object.keys(MODES).join('|')}`);
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    fail(`Hace falta Node ${OLDEST_NODE} o posterior y este es ${process.version}; actualícelo y repita.`);
  }
  ensurePackages();
  ensureNode();
  ensurePrograms(MODES[mode].filter((program) => program !== REDIS || mode !== 'start' || startsRedis()));
  if (mode !== 'packages') ensureWeb(mode);
  if (mode === 'start') ensureCodeCache();
}

function ensurePackages() {
  const reason = whyInstall();
  if (reason === undefined) return;
  say(`Instalando los paquetes (${reason}); la primera vez tarda alrededor de un minuto`);
  // npm itself runs on the older Node; its complaints about that do not concern us.
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm writes node_modules/.package-lock.json when an installation is complete; it must say what ours says. */
function whyInstall() {
  const wanted = readJson(join(ROOT, 'package-lock.json'))?.packages;
  if (wanted === undefined)
    fail('Falta package-lock.json o no es legible; recupérelo con: git checkout package-lock.json');
  const installed = readJson(join(MODULES, '.package-lock.json'))?.packages;
  if (installed === undefined) return 'node_modules no está completo';
  for (const [path, { version, optional, devOptional, peer }] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue;
    const found = installed[path];
    // Packages for other systems are listed but not installed.
    if (found === undefined && (optional || devOptional || peer)) continue;
    if (found?.version !== version) return 'package-lock.json cambió';
  }
  return undefined;
}

/** The package `node` fetches its binary in an install script, the only one that is needed; npm 10 and 11 differ in which they run. */
function ensureNode() {
  const wanted = readJson(join(MODULES, 'node', 'package.json'))?.version;
  const binary = join(MODULES, '.bin', 'node');
  const runs = () =>
    existsSync(binary) &&
    spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${wanted}`;
  if (runs()) return;
  say(`Instalando Node ${wanted} dentro de node_modules`);
  npm(['rebuild', 'node', '--loglevel=error']);
  if (!runs())
    fail('Node no quedó instalado en node_modules; repita con: npm ci --ignore-scripts && npm rebuild node');
}

/** Runs npm itself on the Node outside node_modules: the one inside is replaced while it works. */
function npm(args) {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(`node_modules${sep}.bin`))
    .join(delimiter);
  const cli = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const [command, first] =
    cli?.endsWith('.js') && node && !node.startsWith(MODULES) ? [node, [cli]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path },
  });
  if (error) fail(`No se pudo ejecutar npm (${error.message}); instálelo y repita.`);
  if (status !== 0) fail(`npm ${args[0]} falló (arriba está el motivo); corríjalo y repita.`);
}

/** The pages, from their sources as they are; an unchanged app is not built again. */
function ensureWeb(mode) {
  if (isWebBuilt()) return;
  say('Construyendo la aplicación web (solo después de cambiarla; unos 20 segundos)');
  if (buildWeb()) return;
  if (mode === 'test' || !hasWebBuild())
    fail('La aplicación web no se pudo construir (arriba está el motivo).');
  say('La aplicación web no se pudo construir (arriba está el motivo); se sirve la construcción anterior');
}

/** Only a matter of speed and memory: a failure shows itself better when the process is started. */
function ensureCodeCache() {
  const folder = join(MODULES, '.cache', 'node-compile');
  const marker = join(folder, 'warm');
  const translated = existsSync(marker) ? statSync(marker).mtimeMs : 0;
  if (!SOURCES.some((source) => newestIn(join(ROOT, source)) > translated)) return;
  say('Traduciendo el código (solo después de cambiarlo)');
  const { status } = spawnSync(
    join(MODULES, '.bin', 'node'),
    [join(ROOT, 'scripts/setup/warm-code-cache.ts')],
    {
      cwd: ROOT,
      stdio: 'ignore',
      env: { ...process.env, NODE_COMPILE_CACHE: folder },
    },
  );
  if (status === 0) writeFileSync(marker, '');
}

const SOURCES = ['shared/src', 'services', 'worker/src', 'frontend/front-door/src'];

/** When the newest TypeScript file below a folder was written. */
function newestIn(folder) {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return files
    .filter((file) => file.isFile() && file.name.endsWith('.ts') && !file.parentPath.includes('node_modules'))
    .reduce((newest, file) => Math.max(newest, statSync(join(file.parentPath, file.name)).mtimeMs), 0);
}

function ensurePrograms(programs) {
  if (mayInstall()) install(programs.filter((program) => isMissing(program) || isBetterInApt(program)));
  const missing = programs.filter(isMissing);
  if (missing.length === 0) return;
  const names = namesOf(missing);
  const commands = [
    [
      'Debian, Ubuntu',
      `sudo apt-get update && sudo apt-get install -y ${missing.map(({ apt: name }) => name).join(' ')}`,
    ],
    ['Fedora, RHEL', `sudo dnf install -y ${missing.map(({ dnf }) => dnf).join(' ')}`],
    ['macOS', `brew install ${missing.map(({ brew }) => brew).join(' ')}`],
  ];
  fail(
    [
      `Falta ${names} y aquí no se puede instalar sin permisos de administrador. Instálelo y repita:`,
      ...commands.map(([system, command]) => `  ${`${system}:`.padEnd(16)}${command}`),
      ...(missing.includes(REDIS) ? ['O indique un Redis que ya exista con REDIS_URL=redis://…'] : []),
    ].join('\n'),
  );
}

const namesOf = (programs) => programs.map(({ programs: [name] }) => name).join(', ');
const isMissing = ({ programs }) => !programs.some(onPath);
/** The first choice of a program that is there by another name. */
const isBetterInApt = ({ programs: [first], apt: name }) =>
  !onPath(first) && spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0;

function install(programs) {
  if (programs.length === 0) return;
  say(`Instalando ${namesOf(programs)} con apt-get`);
  apt(['update']);
  apt(['install', '-y', '--no-install-recommends', ...programs.map(({ apt: name }) => name)]);
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder || '.', program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const mayInstall = () => process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get');

function apt(args) {
  const { status } = spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) say(`apt-get ${args[0]} falló`);
}

/** With REDIS_URL, in the environment or in .env, `npm start` starts no Redis of its own. */
function startsRedis() {
  if (process.env.REDIS_URL) return false;
  try {
    return !/^\s*(export\s+)?REDIS_URL\s*=\s*["']?[^\s"'#]/m.test(readFileSync(join(ROOT, '.env'), 'utf8'));
  } catch {
    return true;
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function say(text) {
  process.stdout.write(`· ${text}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main(process.argv[2]);
