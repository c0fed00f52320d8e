/** What a case is made of. */
import type { Answer } from './wire.ts';

/** A case that this target does not allow to try. */
export class NotTried extends Error {
  override readonly name = 'NotTried';
}

/** How an answer got in, when it should have been one of `statuses`. */
export const unless = (answer: Answer, statuses: readonly number[], what = ''): string | undefined =>
  statuses.includes(answer.status)
    ? undefined
    : `${what}${what && ': '}${answer.status} en vez de ${statuses.join(' o ')} (${answer.text.slice(0, 200)})`;

/** The first way in of several attempts. */
export async function firstOf<T>(
  attempts: Iterable<T>,
  attempt: (each: T) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (const each of attempts) {
    const how = await attempt(each);
    if (how !== undefined) return how;
  }
  return undefined;
}

/** A step that must work for the case to say anything. @throws Error */
export function worked(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(
    `el propio ataque no llegó a empezar: ${answer.status} en vez de ${status}: ${answer.text.slice(0, 300)}`,
  );
}
