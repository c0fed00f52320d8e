/** Reading what somebody else answered, without trusting its size or its form. */
import { isJsonObject } from '../security/canonical-json.ts';

export class AnswerTooLarge extends Error {}

/** The text of a body of at most `max` bytes. @throws AnswerTooLarge as soon as there is more */
export async function readLimited(body: AsyncIterable<Uint8Array>, max: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > max) throw new AnswerTooLarge(`the answer has more than ${max} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Undefined for what is not JSON, or not an object. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
