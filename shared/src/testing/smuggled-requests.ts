/** Requests that two servers would read differently: what follows the request line and `Host`. */
export const SMUGGLED_REQUESTS: readonly (readonly [name: string, rest: string])[] = [
  ['a length and chunks', 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x'],
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}'],
  ['a length that is none', 'Content-Length: 2x\r\n\r\n{}'],
  ['a negative length', 'Content-Length: -1\r\n\r\n{}'],
  ['a folded header', 'X-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}'],
  ['a space before the colon', 'Content-Length : 2\r\n\r\n{}'],
  ['an unknown encoding', 'Transfer-Encoding: chunked, nada\r\n\r\n0\r\n\r\n'],
  ['a bare line feed', 'X-A: a\nContent-Length: 2\r\n\r\n{}'],
  ['a bare carriage return', 'X-A: a\rX-B: b\r\nContent-Length: 2\r\n\r\n{}'],
  ['a NUL in a header', 'X-A: a\u0000b\r\nContent-Length: 2\r\n\r\n{}'],
];
