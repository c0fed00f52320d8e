/**
 * Completes package-lock.json after `npm install` where the registry lacks the builds of some packages for other
 * systems: npm then leaves them out of the lockfile, and `npm ci` refuses the whole of it. Entries that are there stay;
 * npm keeps the added ones. `node scripts/setup/complete-lockfile.mjs [--check]`
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCKFILE = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
const EXACT = /^\d+\.\d+\.\d+$/;
const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(?:musl|gnu|msvc)?(?:eabi(?:hf)?)?)?$/;

const lock = JSON.parse(readFileSync(LOCKFILE, 'utf8'));
const added = {};
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const at = `node_modules/${name}`;
    if (lock.packages[at] || lock.packages[`${path}/${at}`] || !EXACT.test(version)) continue;
    const entry = entryFor(name, version, dev);
    if (entry) added[at] = entry;
  }
}

const names = Object.keys(added);
if (names.length === 0) {
  process.stdout.write('package-lock.json está completo\n');
} else if (process.argv.includes('--check')) {
  process.stderr.write(
    `package-lock.json no nombra ${names.join(', ')}\nRemedio: node scripts/setup/complete-lockfile.mjs\n`,
  );
  process.exitCode = 1;
} else {
  const packages = Object.entries({ ...lock.packages, ...added }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(
    `${LOCKFILE}.new`,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`,
  );
  renameSync(`${LOCKFILE}.new`, LOCKFILE);
  process.stdout.write(`package-lock.json: ${names.length} añadidos\n`);
}

/** What npm needs to know in order to pass over the package; undefined for a name that tells no platform. */
function entryFor(name, version, dev) {
  const [, os, cpu] = PLATFORM.exec(name) ?? [];
  if (!os) return undefined;
  const libc =
    os !== 'linux'
      ? undefined
      : name.includes('musl')
        ? ['musl']
        : name.includes('gnu')
          ? ['glibc']
          : undefined;
  return { version, cpu: [cpu], ...(dev && { dev }), ...(libc && { libc }), optional: true, os: [os] };
}
