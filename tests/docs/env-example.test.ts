import { globSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SecretSpec } from '@medisupply/shared/config/load-config';
import { DEFAULT_PORTS, readPorts } from '../../scripts/launcher/ports.ts';
import { processSpecs } from '../../scripts/launcher/processes.ts';
import { ROOT } from '../launcher/launch.ts';

/** Read by the launcher, and not for people to set. */
const NOT_SETTINGS = new Set(['PATH', 'NODE_COMPILE_CACHE', 'DEBIAN_FRONTEND']);

const CONFIGURATIONS = globSync(
  [
    'services/*/src/config.ts',
    'services/*/src/tasks/context.ts',
    'worker/src/config.ts',
    'frontend/*/src/config.ts',
  ],
  { cwd: ROOT },
).toSorted();

const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
const lines = [...example.matchAll(/^(?<off>#?)(?<key>[A-Z][A-Z0-9_]*)=(?<value>.*)$/gm)].map(
  ({ groups }) => ({
    key: groups?.['key'] ?? '',
    value: groups?.['value'] ?? '',
    active: groups?.['off'] === '',
  }),
);
const stated = new Map(lines.map(({ key, value }) => [key, value]));

const { environments, secrets } = await readConfigurations();

/** What the configuration modules export: the schemas of their environment, and their secret files. */
async function readConfigurations() {
  const schemas: z.ZodObject[] = [];
  const files: [string, SecretSpec][] = [];
  for (const path of CONFIGURATIONS) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(ROOT, path)).href);
    schemas.push(...Object.values(exported).filter((value) => value instanceof z.ZodObject));
    files.push(...Object.entries((exported['secrets'] ?? {}) as Record<string, SecretSpec>));
  }
  return { environments: schemas, secrets: files };
}

/** The keys that the launcher and the scripts read by name. */
function keysOfScripts(): string[] {
  const sources = globSync('scripts/**/*.{ts,mjs}', { cwd: ROOT }).map((path) =>
    readFileSync(join(ROOT, path), 'utf8'),
  );
  const named = sources.flatMap((source) =>
    [...source.matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]*)\b/g)].map((match) => match[1] ?? ''),
  );
  return [...named, ...Object.keys(readPorts({}))].filter((key) => !NOT_SETTINGS.has(key));
}

describe('.env.example', () => {
  test('when the configurations are looked up, then each process has one', () => {
    expect(CONFIGURATIONS).toEqual(
      expect.arrayContaining(processSpecs(around({})).map(({ args }) => configOf(args.at(-1) ?? ''))),
    );
  });

  test('when processes and launcher are asked for their keys, then it has exactly those, each once', () => {
    const read = new Set([
      ...environments.flatMap((schema) => Object.keys(schema.shape)),
      ...secrets.map(([key]) => `${key}_FILE`),
      ...keysOfScripts(),
    ]);
    expect(lines.map(({ key }) => key).toSorted()).toEqual([...read].toSorted());
  });

  test('when a schema has a default, then it is the one that is stated', () => {
    for (const schema of environments) {
      for (const [key, fallback] of Object.entries(schema.parse({}))) {
        const value = stated.get(key);
        const taken = value === '' ? schema.parse({})[key] : schema.parse({ [key]: value })[key];
        const isPath = typeof fallback === 'string' && isAbsolute(fallback);
        expect([key, isPath ? resolve(ROOT, String(taken)) : taken]).toEqual([key, fallback]);
      }
    }
  });

  test('when it names the file of a secret, then it is the one that is read', () => {
    expect(secrets.map(([key]) => [key, basename(stated.get(`${key}_FILE`) ?? '')])).toEqual(
      secrets.map(([key, { file }]) => [key, file]),
    );
  });

  test('when a port is stated, then it is the one that the launcher takes', () => {
    expect(readPorts(Object.fromEntries(stated))).toEqual({ ...DEFAULT_PORTS, REDIS_PORT: undefined });
  });

  test('when a key has no fixed default or holds a secret, then it is commented out', () => {
    const active = lines.filter((line) => line.active).map(({ key }) => key);
    expect(active).toEqual(
      lines
        .map(({ key }) => key)
        .filter((key) => !/_(URL|FILE|DIR)$|^(REDIS_PORT|LOG_FORMAT)$/.test(key) || key === 'DATA_DIR'),
    );
  });

  test('when docker-compose.yml has a default, then no variable is in it: docker-compose 1 would leave it as it is', () => {
    const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
    expect(compose).toContain('${FRONTEND_PORT:-4200}');
    expect(compose.match(/\$\{[^}]*\$\{/g)).toBeNull();
  });

  test('when it becomes .env, then the addresses still follow the ports', () => {
    const plain = processSpecs(around({}));
    const copied = processSpecs(around(parseEnv(example)));
    expect(copied.map(({ env }) => env)).toEqual(plain.map(({ env }) => expect.objectContaining(env)));
  });

  test('when a line sets a key, then a comment stands above it', () => {
    const rows = example.split('\n');
    const bare = rows.filter(
      (row, index) => /^#?[A-Z][A-Z0-9_]*=/.test(row) && !/^# \S/.test(rows[index - 1] ?? ''),
    );
    expect(bare).toEqual([]);
  });
});

const configOf = (main: string) => main.slice(ROOT.length).replace('main.ts', 'config.ts');

/** A start with ports of its own and this environment. */
function around(env: NodeJS.ProcessEnv) {
  const ports = { ...DEFAULT_PORTS, AUTORIZADOR_PORT: 15_003, LOGISTICA_PORT: 15_002, MONITOR_PORT: 15_001 };
  const address = { host: '127.0.0.1', redisUrl: () => 'redis://127.0.0.1:16379', logFormat: 'pretty' };
  return { root: ROOT, dataDir: join(ROOT, '.data'), ports, ...address, env };
}
