import type { Problem } from '@medisupply/api-client/api-client';
import { ApiError } from '@medisupply/api-client/api-client';
import type { ProblemCode } from '@medisupply/shared/contracts/vocabulary';
import { PROBLEM_CODES, problemType } from '@medisupply/shared/contracts/vocabulary';
import type { Translated } from '../i18n/translated';
import type en from './i18n/en.json';
import type es from './i18n/es.json';

/** Every code has a text in both languages. */
type Code = Translated<ProblemCode, typeof es.codigo, typeof en.codigo>;
type Texts = typeof es;
type Place = keyof Texts['en'];

/** What the same code means at an operation, by the path that was asked. */
const PLACES: readonly (readonly [RegExp, Place])[] = [
  [/^\/entrega\/\d+\/confirmar$/, 'confirmar'],
  [/^\/entregas\/\d+\/cancelar$/, 'cancelar'],
  [/^\/entregas\/\d+\/soltar$/, 'soltar'],
  [/^\/login$/, 'entrar'],
  [/^\/signup$/, 'registro'],
  [/^\/inventario(\/|$)/, 'inventario'],
  [/^\/tareas(\/|$)/, 'tareas'],
  [/^\/entregas$/, 'entregas'],
  [/^\/usuarios(\/|$)/, 'usuarios'],
];

/**
 * A refusal in the page's language, by its `type` and the path that was asked. What the services say is Spanish, and more
 * exact than a table can be: where the page is Spanish it stays. The table is loaded with the first refusal.
 */
export async function translateProblem(error: ApiError): Promise<ApiError> {
  const { status, problem, retryAfter, cause } = error;
  const isSpanish = document.documentElement.lang !== 'en';
  if (status === 0 || (isSpanish && problem?.detail)) return error;
  // Without the network to load it, what the service said is better than nothing.
  const texts = await textsIn(isSpanish).catch(() => undefined);
  if (texts === undefined) return error;
  return new ApiError(status, problem ? textOf(problem, texts) : `${texts.respuesta} ${status}`, {
    ...(problem ? { problem: withErrors(problem, texts.campo_no_valido) } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    cause,
  });
}

const textsIn = async (isSpanish: boolean): Promise<Texts> =>
  isSpanish ? (await import('./i18n/es.json')).default : (await import('./i18n/en.json')).default;

function textOf({ type, instance = '', detail }: Problem, texts: Texts): string {
  const code: Code | undefined = PROBLEM_CODES.find((one) => problemType(one) === type);
  if (code === undefined) return detail;
  const place = PLACES.find(([path]) => path.test(instance))?.[1];
  const here: Partial<Record<Code, string>> = place === undefined ? {} : texts.en[place];
  return here[code] ?? texts.codigo[code];
}

function withErrors(problem: Problem, message: string): Problem {
  const errors = problem.errors?.map(({ path }) => ({ path, message }));
  return errors ? { ...problem, errors } : problem;
}
