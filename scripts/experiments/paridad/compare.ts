import type { ParityRequest, Shape } from './request.ts';

export type Verdict = 'igual' | 'más' | 'más estricto' | 'diferente';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface Comparison {
  verdict: Verdict;
  /** Our further keys, the reason, or what differs. */
  detail: string;
}

/** The platform's answer beside what the original answered. */
export function compare(
  { original, stricter }: Pick<ParityRequest, 'original' | 'stricter'>,
  { status, headers, body }: Answer,
): Comparison {
  const isStricter = stricter !== undefined && status === stricter.status;
  if (status !== original.status && !isStricter) {
    return {
      verdict: 'diferente',
      detail: `respondió ${status}, se esperaba ${(stricter ?? original).status}`,
    };
  }
  const refusedOnPurpose = isStricter && status >= 400;
  const { missing, more } =
    refusedOnPurpose || original.answer === undefined
      ? { missing: [], more: [] }
      : fit(body, original.answer, '');
  const absent = refusedOnPurpose ? [] : (original.headers ?? []).filter((name) => !headers.has(name));
  const wrong = [...missing, ...absent.map((name) => `falta la cabecera ${name}`)];
  if (wrong.length > 0) return { verdict: 'diferente', detail: wrong.join('; ') };
  if (isStricter) return { verdict: 'más estricto', detail: `${status}: ${stricter.reason}` };
  if (more.length > 0) return { verdict: 'más', detail: `además ${more.join(', ')}` };
  return { verdict: 'igual', detail: String(status) };
}

interface Fit {
  missing: string[];
  more: string[];
}

function fit(value: unknown, shape: Shape, at: string): Fit {
  const here = at === '' ? 'la respuesta' : at;
  if (typeof shape === 'string') {
    const fits = shape.startsWith('=')
      ? value === shape.slice(1)
      : value !== undefined && (shape === 'any' || shape.split('|').includes(typeOf(value)));
    const found = shape.startsWith('=') ? JSON.stringify(value) : typeOf(value);
    return { missing: fits ? [] : [`${here}: ${found}, se esperaba ${shape.replace(/^=/, '')}`], more: [] };
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return fit(value, 'array', at);
    // An empty list shows nothing, but is what the original would answer, too.
    return merged(value.map((item) => fit(item, shape[0], `${at}[]`)));
  }
  if (typeOf(value) !== 'object') return fit(value, 'object', at);
  const fields = new Map(Object.entries(value as object));
  const known = merged(
    Object.entries(shape).map(([key, inner]) =>
      fit(fields.get(key), inner, at === '' ? key : `${at}.${key}`),
    ),
  );
  const further = [...fields.keys()].filter((key) => !Object.hasOwn(shape, key));
  return {
    missing: known.missing,
    more: [...known.more, ...further.map((key) => (at === '' ? key : `${at}.${key}`))],
  };
}

const isList = (shape: Exclude<Shape, string>): shape is readonly [Shape] => Array.isArray(shape);

const merged = (fits: readonly Fit[]): Fit => ({
  missing: [...new Set(fits.flatMap(({ missing }) => missing))],
  more: [...new Set(fits.flatMap(({ more }) => more))],
});

function typeOf(value: unknown): string {
  if (value === undefined) return 'nada';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
