import { z } from 'zod';

/** Parses the text of a JSON secret. @throws Error naming the file, without its contents. */
export function parseSecretJson<T extends z.ZodType>(file: string, contents: string, schema: T): z.output<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(contents);
  } catch {
    throw new Error(`${file} no es JSON válido; restáurelo de una copia de seguridad`);
  }
  const result = schema.safeParse(parsed);
  if (!result.success) throw new Error(`${file} no es válido: ${z.prettifyError(result.error)}`);
  return result.data;
}
