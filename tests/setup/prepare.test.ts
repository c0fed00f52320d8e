import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';

const emptyFolder = mkdtempSync(join(tmpdir(), 'medisupply-prepare-'));

afterAll(() => rmSync(emptyFolder, { recursive: true, force: true }));

function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', script), ...args], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the set-up', () => {
  test('when everything is there, then it says nothing, within a second', () => {
    const startedAt = performance.now();
    expect(run('setup/prepare.mjs', ['test'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('when the mode is unknown, then it names the modes', () => {
    expect(run('setup/prepare.mjs', ['strat'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Uso: node scripts/setup/prepare.mjs packages|start|test\n',
    });
  });

  test('when redis-server is missing and cannot be installed, then the commands for each system stand there', () => {
    expect(run('setup/prepare.mjs', ['start'], { PATH: emptyFolder })).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'Falta redis-server y aquí no se puede instalar sin permisos de administrador. Instálelo y repita:',
        '  Debian, Ubuntu: sudo apt-get update && sudo apt-get install -y redis-server',
        '  Fedora, RHEL:   sudo dnf install -y redis',
        '  macOS:          brew install redis',
        'O indique un Redis que ya exista con REDIS_URL=redis://…',
        '',
      ].join('\n'),
    });
  });

  test('when REDIS_URL names a Redis, then none is asked for', () => {
    const env = { PATH: emptyFolder, REDIS_URL: 'redis://127.0.0.1:1' };
    expect(run('setup/prepare.mjs', ['start'], env)).toMatchObject({ status: 0, stderr: '' });
  });
});

test('when the lockfile is read, then it names every build of every package: npm ci takes it anywhere', () => {
  expect(run('setup/complete-lockfile.mjs', ['--check'])).toEqual({
    status: 0,
    stdout: 'package-lock.json está completo\n',
    stderr: '',
  });
});

describe('npm run demo', () => {
  test('when the platform is not running, then it says how to start it', () => {
    expect(run('demo.ts', ['--base', 'http://127.0.0.1:1'])).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'La plataforma no responde en http://127.0.0.1:1.',
        'Arránquela en otra terminal con: npm start',
        'Si está en otra dirección: npm run demo -- --base http://localhost:PUERTO',
        '',
      ].join('\n'),
    });
  });

  test('when an option is unknown, then it says what it knows', () => {
    expect(run('demo.ts', ['--bsae', 'x'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'No se entiende «--bsae x».\nUso: npm run demo [-- --base http://localhost:8080]\n',
    });
  });
});
