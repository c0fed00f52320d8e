import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';

/** A secret that a process reads from a file. */
export interface SecretSpec {
  /** File name below `SECRETS_DIR`; `<KEY>_FILE` in the environment names another path. */
  file: string;
  /** Shorter contents are refused. */
  minLength: number;
}

type SecretSpecs = Record<string, SecretSpec>;

export type LoadedConfig<S extends z.ZodObject, K extends SecretSpecs> = z.output<S> & {
  secrets: { [key in keyof K]: string };
  /** Where each was read, for those that may be replaced while the process runs (`followSecret`). */
  secretFiles: { [key in keyof K]: string };
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
  const parsed = schema.safeParse(withoutEmpty(options.env));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0] ?? '?');
      const shown = options.env[key] === undefined ? 'sin valor' : `"${options.env[key]}"`;
      problems.push(`${key}: ${issue.message} (${shown}); vea .env.example`);
    }
  }

  const secrets: Record<string, string> = {};
  const secretFiles: Record<string, string> = {};
  for (const [key, spec] of Object.entries(options.secrets ?? {})) {
    const result = readSecret(key, spec, options.env);
    if ('problem' in result) {
      problems.push(result.problem);
      continue;
    }
    secrets[key] = result.value;
    secretFiles[key] = result.path;
  }

  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return { ...parsed.data, secrets, secretFiles } as LoadedConfig<S, K>;
}

export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Configuración no válida:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function readSecret(
  key: string,
  spec: SecretSpec,
  env: NodeJS.ProcessEnv,
): { value: string; path: string } | { problem: string } {
  const named = env[`${key}_FILE`];
  const path = named || (env['SECRETS_DIR'] ? join(env['SECRETS_DIR'], spec.file) : undefined);
  const remedy = 'ejecute `npm start` o `node scripts/setup.ts`, que lo genera';
  if (!path) return { problem: `${key}_FILE: falta la ruta del secreto (o SECRETS_DIR); ${remedy}` };
  let value: string;
  try {
    value = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return { problem: `${key}_FILE: no se puede leer ${path} (${code}); ${remedy}` };
  }
  if (value.length < spec.minLength) {
    return {
      problem: `${key}_FILE: ${path} es demasiado corto (mínimo ${spec.minLength} caracteres); ${remedy}`,
    };
  }
  if (EXAMPLE_VALUES.test(value)) {
    return { problem: `${key}_FILE: ${path} contiene un valor de ejemplo; ${remedy}` };
  }
  return { value, path };
}

function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}
