import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import {
  assertFaultsAllowed,
  httpEnvironment,
  port,
  processEnvironment,
} from '../../src/config/environment.ts';
import { ConfigError, loadConfig } from '../../src/config/load-config.ts';

const schema = z.object({ ...processEnvironment, ...httpEnvironment, PUERTO: port(5002) });
const secrets = { CLAVE: { file: 'clave', minLength: 16 } } as const;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-config-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(schema, { env, secrets });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('when everything is given, then values are typed and secrets come from their files', () => {
  writeFileSync(join(folder, 'clave'), 'k'.repeat(20) + '\n');
  const config = loadConfig(schema, {
    env: {
      SECRETS_DIR: folder,
      PUERTO: '0',
      CORS_ORIGINS: 'http://a.example, https://b.example',
      LOG_LEVEL: '',
    },
    secrets,
  });
  expect(config).toEqual({
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
    DATA_DIR: '.data',
    BIND_ADDRESS: '127.0.0.1',
    LAME_DUCK_MS: 0,
    CORS_ORIGINS: ['http://a.example', 'https://b.example'],
    TRUST_PROXY: [],
    PUERTO: 0,
    secrets: { CLAVE: 'k'.repeat(20) },
    secretFiles: { CLAVE: { path: join(folder, 'clave'), read: expect.any(Function) } },
  });
});

test.each([
  [{ CORS_ORIGINS: '' }, ['http://localhost:4200']],
  [{ CORS_ORIGINS: 'https://a.example' }, ['https://a.example']],
])(
  'when whoever starts the process gives a default, then it counts only without a value (%j)',
  (env, expected) => {
    const { CORS_ORIGINS } = loadConfig(schema, {
      env: { ...env, CORS_ORIGINS_DEFAULT: 'http://localhost:4200' },
    });
    expect(CORS_ORIGINS).toEqual(expected);
  },
);

test('when several keys are bad, then one error names each of them with its value', () => {
  const problems = problemsOf({
    SECRETS_DIR: folder,
    PUERTO: '70000',
    LAME_DUCK_MS: 'pronto',
    CORS_ORIGINS: '*',
  });
  expect(problems).toHaveLength(4);
  expect(problems.join('\n')).toMatch(/PUERTO: .*"70000"/);
  expect(problems.join('\n')).toMatch(/LAME_DUCK_MS: .*"pronto"/);
  expect(problems.join('\n')).toMatch(/CORS_ORIGINS: .*"\*"/);
  expect(problems.join('\n')).toMatch(/CLAVE_FILE: no se puede leer .*clave \(ENOENT\); ejecute/);
});

test.each([
  ['short', 'corta', /demasiado corto \(mínimo 16/],
  ['an example value', 'changeme-changeme-changeme', /valor de ejemplo/],
])('when a secret is %s, then the process refuses to start', (_, value, message) => {
  writeFileSync(join(folder, 'clave'), value);
  expect(problemsOf({ SECRETS_DIR: folder }).join()).toMatch(message);
});

test('when a secret is named by its own variable, then that file counts', () => {
  writeFileSync(join(folder, 'otra'), 'z'.repeat(16));
  expect(problemsOf({ CLAVE_FILE: join(folder, 'otra') })).toEqual([]);
});

test('when fault switches are on in production, then only ALLOW_FAULTS=1 lets them', () => {
  const on = { FAULT_RATE: 0.5, FAULT_LATENCY_MS: 0, NODE_ENV: 'production', ALLOW_FAULTS: '0' };
  expect(() => assertFaultsAllowed(on)).toThrow(/FAULT_RATE.*ALLOW_FAULTS=1/);
  expect(() => assertFaultsAllowed({ ...on, ALLOW_FAULTS: '1' })).not.toThrow();
  expect(() => assertFaultsAllowed({ ...on, NODE_ENV: 'development' })).not.toThrow();
  expect(() => assertFaultsAllowed({ ...on, FAULT_RATE: 0 })).not.toThrow();
});

test('when an address with a password is wrong, then the message shows it without the password', () => {
  const said = problemsOf({ CORS_ORIGINS: 'postgres://ana:secreta@servidor' }).join('\n');
  expect(said).toContain('"postgres://ana:…@servidor"');
  expect(said).not.toContain('secreta');
});
