import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { parseSecretJson } from './secret-json.ts';

/** A secret that a process reads from a file. */
export interface SecretSpec {
  /** File name below `SECRETS_DIR`; `<KEY>_FILE` in the environment names another path. */
  file: string;
  /** Shorter contents are refused. */
  minLength: number;
  /** What a JSON file must hold; absent: the secret is its text. */
  json?: z.ZodType;
}

type SecretSpecs = Record<string, SecretSpec>;
type SecretValue<K extends SecretSpec> = K extends { json: infer J extends z.ZodType } ? z.output<J> : string;

/** A secret's file, to be read again when it was replaced (`followSecret`). */
export interface SecretSource<T> {
  path: string;
  /** Checked as at the start. @throws Error naming the key, the file and the remedy */
  read(): T;
}

export type LoadedConfig<S extends z.ZodObject, K extends SecretSpecs> = z.output<S> & {
  secrets: { [key in keyof K]: SecretValue<K[key]> };
  secretFiles: { [key in keyof K]: SecretSource<SecretValue<K[key]>> };
};

/** Values that people leave in place from examples; refused wherever a secret is read. */
const EXAMPLE_VALUES =
  /^(change-?me|cambiar?me|secret|secreto|password|contrasena|default|example|ejemplo|test)/i;

/**
 * Reads and checks the configuration of one process. Every bad key is named at once, each with its remedy.
 * @throws ConfigError
 */
export function loadConfig<S extends z.ZodObject, const K extends SecretSpecs = Record<never, SecretSpec>>(
  schema: S,
  options: { env: NodeJS.ProcessEnv; secrets?: K },
): LoadedConfig<S, K> {
  const problems: string[] = [];
  const parsed = schema.safeParse(withDefaults(withoutEmpty(options.env)));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0] ?? '?');
      const value = options.env[key];
      const shown = value === undefined ? 'sin valor' : `"${withoutPassword(value)}"`;
      problems.push(`${key}: ${issue.message} (${shown}); vea .env.example`);
    }
  }

  const secrets: Record<string, unknown> = {};
  const secretFiles: Record<string, SecretSource<unknown>> = {};
  for (const [key, spec] of Object.entries(options.secrets ?? {})) {
    const path = pathOf(key, spec, options.env);
    const read = () => readSecret(key, spec, path);
    try {
      secrets[key] = read();
      if (path) secretFiles[key] = { path, read };
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }

  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return { ...parsed.data, secrets, secretFiles } as LoadedConfig<S, K>;
}

/** An address may be wrong and its password right. */
/** An address for messages and logs. */
export const withoutPassword = (value: string): string => value.replace(/(:\/\/[^/:@]*):.*@/, '$1:…@');

export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Configuración no válida:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const pathOf = (key: string, spec: SecretSpec, env: NodeJS.ProcessEnv): string | undefined =>
  env[`${key}_FILE`] || (env['SECRETS_DIR'] ? join(env['SECRETS_DIR'], spec.file) : undefined);

/** @throws Error with the key, the file and the remedy */
function readSecret(key: string, spec: SecretSpec, path: string | undefined): unknown {
  const remedy = 'ejecute `npm start` o `node scripts/setup.ts`, que lo genera';
  if (!path) throw new Error(`${key}_FILE: falta la ruta del secreto (o SECRETS_DIR); ${remedy}`);
  let value: string;
  try {
    value = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new Error(`${key}_FILE: no se puede leer ${path} (${code}); ${remedy}`, { cause: error });
  }
  if (value.length < spec.minLength)
    throw new Error(
      `${key}_FILE: ${path} es demasiado corto (mínimo ${spec.minLength} caracteres); ${remedy}`,
    );
  if (EXAMPLE_VALUES.test(value))
    throw new Error(`${key}_FILE: ${path} contiene un valor de ejemplo; ${remedy}`);
  if (!spec.json) return value;
  try {
    return parseSecretJson(path, value, spec.json);
  } catch (error) {
    throw new Error(`${key}_FILE: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** `<KEY>_DEFAULT` counts where `<KEY>` is not given: whoever starts the process knows what cannot be fixed in the code. */
const withDefaults = (env: Record<string, string>): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(env)
      .filter(([key]) => key.endsWith('_DEFAULT'))
      .map(([key, value]) => [key.slice(0, -'_DEFAULT'.length), value]),
  ),
  ...env,
});

function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}
