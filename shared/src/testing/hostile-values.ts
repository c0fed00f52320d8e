/** Values that once broke something, for every field of every endpoint. */

/** What a field of a body is for; see `legal`. */
export type Kind =
  | 'text'
  | 'pedido'
  | 'id'
  | 'units'
  | 'amount'
  | 'count'
  | 'string'
  | 'sku'
  | 'object'
  | 'anyObject'
  | 'json'
  | 'ignored'
  | 'idOrNull'
  | 'items'
  | 'scalar'
  | 'boundId'
  | 'nothing'
  | 'textOrNull';

export interface Hostile {
  name: string;
  /** JSON as it goes over the wire; undefined: the member is absent. */
  wire: string | undefined;
  /** The kinds of field for which it is a legal value. */
  legal: readonly Kind[];
}

const FREE_TEXT: readonly Kind[] = ['text', 'textOrNull', 'pedido', 'string', 'scalar', 'json', 'ignored'];
const STRINGS: readonly Kind[] = ['string', 'scalar', 'json', 'ignored'];
const text = (name: string, value: string, legal = FREE_TEXT): Hostile => ({
  name,
  wire: JSON.stringify(value),
  legal,
});

export const HOSTILE_VALUES: readonly Hostile[] = [
  { name: 'absent', wire: undefined, legal: [] },
  { name: 'null', wire: 'null', legal: ['nothing', 'textOrNull', 'scalar', 'idOrNull', 'json', 'ignored'] },
  { name: 'true', wire: 'true', legal: ['scalar', 'json', 'ignored'] },
  { name: 'false', wire: 'false', legal: ['scalar', 'json', 'ignored'] },
  { name: '0', wire: '0', legal: ['pedido', 'amount', 'count', 'scalar', 'json', 'ignored'] },
  { name: '-0', wire: '-0', legal: ['pedido', 'amount', 'count', 'scalar', 'json', 'ignored'] },
  { name: '-1', wire: '-1', legal: ['pedido', 'units', 'scalar', 'json', 'ignored'] },
  { name: '1.5', wire: '1.5', legal: ['scalar', 'json', 'ignored'] },
  { name: '1e400', wire: '1e400', legal: ['ignored'] },
  { name: '-1e400', wire: '-1e400', legal: ['ignored'] },
  { name: '2^53', wire: '9007199254740992', legal: ['scalar', 'json', 'ignored'] },
  { name: '2^53+1', wire: '9007199254740993', legal: ['scalar', 'json', 'ignored'] },
  { name: '1e21', wire: '1e21', legal: ['scalar', 'json', 'ignored'] },
  { name: '[]', wire: '[]', legal: ['items', 'json', 'ignored'] },
  { name: '{}', wire: '{}', legal: ['anyObject', 'json', 'ignored'] },
  { name: '[null]', wire: '[null]', legal: ['json', 'ignored'] },
  { name: 'an array of thirty levels', wire: '['.repeat(28) + ']'.repeat(28), legal: ['json', 'ignored'] },
  { name: 'an array of a hundred levels', wire: '['.repeat(100) + ']'.repeat(100), legal: [] },
  { name: '{"$gt":""}', wire: '{"$gt":""}', legal: ['anyObject', 'json', 'ignored'] },
  { name: '{"toString":1}', wire: '{"toString":1,"length":-1}', legal: ['anyObject', 'json', 'ignored'] },
  { name: '{"__proto__":1}', wire: '{"__proto__":{"x":1}}', legal: [] },
  text('empty text', '', STRINGS),
  text('a space', ' ', STRINGS),
  text('spaces of other kinds', '\u00a0\u2003\u3000\ufeff', STRINGS),
  text('100,000 characters', 'a'.repeat(100_000), ['string', 'ignored']),
  text('emoji', '👩🏽‍⚕️'),
  text('right-to-left override', 'abc\u202etxt', STRINGS),
  text('an isolate', 'a\u2066b\u2069', STRINGS),
  text('NUL', 'a\u0000b', STRINGS),
  text('escape', '\u001b[31mrojo', STRINGS),
  text('C1', 'a\u009bb', STRINGS),
  // JSON.stringify writes lone surrogates as escapes: well-formed on the wire, not a text.
  text('a lone surrogate', 'a\ud800b', ['string', 'ignored']),
  text('a lone low surrogate', '\udfff', ['string', 'ignored']),
  text('NFC', 'Jos\u00e9'),
  text('NFD', 'Jose\u0301'),
  text('many marks', `e${'\u0301'.repeat(40)}`),
  text('SQL', `1' OR '1'='1'; --`),
  text('markup', '<script>alert(1)</script>'),
  text('a template', '${7*7}{{7*7}}%s%n'),
  text('a path', '../../../etc/passwd'),
  text('CRLF', 'a\r\nSet-Cookie: x=1'),
  text('a BOM inside', 'a\ufeffb'),
  text('digits', '12', [...FREE_TEXT, 'sku']),
  text('a word', 'NaN', [...FREE_TEXT, 'sku']),
];

/** Ids as they stand in a path: no delivery, task or product has one of them. */
export const HOSTILE_IDS = [
  '-1',
  '0',
  '1.5',
  '1e9',
  '01',
  '+1',
  '0x1',
  '9007199254740992',
  '99999999999999999999',
  '1%20OR%201=1',
  "1'--",
  '%00',
  '1%00',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '%E2%80%AE1',
  '%EF%BC%91',
  '%F0%9F%98%80',
  'null',
  'undefined',
  'NaN',
  '[object%20Object]',
  '%',
  '%zz',
  '%C0%AE',
];

/** Bytes inside of a text that are no UTF-8. */
export const BAD_UTF8: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a lone continuation byte', [0x80]],
  ['an overlong encoding', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['beyond Unicode', [0xf5, 0x80, 0x80, 0x80]],
  ['a sequence cut short', [0xe2, 0x82]],
  ['Latin-1', [0xe9]],
];

/** What is no JSON object, made of the text of `good`, which is one. */
export const badDocuments = (good: string): (readonly [name: string, body: string])[] => [
  ['nothing', ''],
  ['white space', '  \n'],
  ['a truncated object', good.slice(0, -1)],
  ['a trailing comma', `${good.slice(0, -1)},}`],
  ['NaN', `${good.slice(0, -1)},"asignada_a":NaN}`],
  ['Infinity', `${good.slice(0, -1)},"asignada_a":Infinity}`],
  ['undefined', `${good.slice(0, -1)},"asignada_a":undefined}`],
  ['hexadecimal', `${good.slice(0, -1)},"asignada_a":0x10}`],
  ['a leading zero', `${good.slice(0, -1)},"asignada_a":01}`],
  ['single quotes', good.replaceAll('"', "'")],
  ['a comment', `/* */${good}`],
  ['two documents', `${good}${good}`],
  ['a line break in a text', good.replace('Calle', 'Ca\nlle')],
  ['a NUL behind it', `${good}\u0000`],
  ['a BOM before it', `\ufeff${good}`],
  ['null', 'null'],
  ['an array', `[${good}]`],
  ['an empty array', '[]'],
  ['a number', '5'],
  ['a text', '"texto"'],
  ['true', 'true'],
];

const MARK = '@hostile@';

/** The body as JSON, with the member at the dotted `path` as it stands in `wire`; undefined: without it. */
export function bodyWith(body: Record<string, unknown>, path: string, wire: string | undefined): string {
  const copy = structuredClone(body);
  const names = path.split('.');
  const last = names.pop()!;
  let place = copy;
  for (const name of names) place = place[name] as Record<string, unknown>;
  if (wire === undefined) delete place[last];
  else place[last] = MARK;
  return JSON.stringify(copy).replace(`"${MARK}"`, () => wire ?? '');
}
