/** The requests of the fuzz: each place of each operation with every hostile value, and random ones from a seed. */
import * as fc from 'fast-check';
import {
  BAD_UTF8,
  badDocuments,
  bodyWith,
  HOSTILE_IDS,
  HOSTILE_VALUES,
} from '@medisupply/shared/testing/hostile-values';
import type { Operation, Place } from './operations.ts';
import { wayTo } from './operations.ts';

export interface FuzzRequest {
  operation: Operation;
  who: 'admin' | 'ana' | 'nadie';
  /** What is put where; a request has at least one. */
  mutations: Mutation[];
}

export interface Mutation {
  place: Place;
  /** JSON for the place of a body; undefined: the member is absent. */
  wire: string | undefined;
}

const WIRES = HOSTILE_VALUES.map(({ wire }) => wire);

/** Everything once, in an order that only the seed decides, then random requests up to `count`. */
export function fuzzRequests(operations: readonly Operation[], count: number, seed: number): FuzzRequest[] {
  const all = shuffled(operations.flatMap(systematic), seed);
  // Half of a small budget belongs to what no list foresees.
  const listed = all.slice(0, Math.max(count - all.length, Math.floor(count / 2)));
  const random = fc.sample(randomRequest(operations), { seed, numRuns: Math.max(0, count - listed.length) });
  return shuffled([...listed, ...random], seed + 1);
}

const shuffled = <T>(items: T[], seed: number): T[] =>
  fc.sample(fc.shuffledSubarray(items, { minLength: items.length }), { seed, numRuns: 1 })[0]!;

function systematic(operation: Operation): FuzzRequest[] {
  const who = operation.roles === undefined ? 'nadie' : 'admin';
  return operation.places.flatMap((place) => {
    const wires = wiresFor(place);
    return wires.map((wire): FuzzRequest => ({ operation, who, mutations: [{ place, wire }] }));
  });
}

function wiresFor(place: Place): readonly (string | undefined)[] {
  switch (place.in) {
    case 'path':
      return HOSTILE_IDS;
    case 'document':
      return Array.from({ length: documentsOf('{}').length }, (_, index) => String(index));
    default:
      return WIRES;
  }
}

function randomRequest(operations: readonly Operation[]): fc.Arbitrary<FuzzRequest> {
  // Hashing a password costs as much as a hundred other requests.
  const weighted = operations.map((operation) => ({
    weight: /login|signup|contrasena/.test(operation.path) ? 1 : 8,
    arbitrary: fc.constant(operation),
  }));
  return fc.oneof(...weighted).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      who: fc.constantFrom('admin', 'admin', 'admin', 'ana', 'nadie'),
      mutations: fc.array(
        fc
          .constantFrom(...operation.places)
          .chain((place) => fc.record({ place: fc.constant(place), wire: randomWire(place) })),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  );
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-composite', maxLength: 40 }),
  fc.stringMatching(/^[<>'"%${}\\/;|&#*()=-]{1,30}$/),
);

function randomWire(place: Place): fc.Arbitrary<string | undefined> {
  switch (place.in) {
    case 'path':
      // Beyond any id that exists: what is reached by chance is not what is tried here.
      return fc.oneof(anyText, fc.integer({ min: 10 ** 6 }).map(String));
    case 'document':
      return fc.nat({ max: documentsOf('{}').length - 1 }).map(String);
    default:
      return fc.oneof(
        fc.constantFrom(...WIRES),
        anyText.map((text) => JSON.stringify(text)),
        fc.double().map((number) => JSON.stringify(number) ?? 'null'),
        fc.maxSafeInteger().map(String),
        fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
      );
  }
}

/** A request as it goes over the wire. */
export interface Written {
  path: string;
  headers: string[];
  body: string | Uint8Array | undefined;
}

/** Puts the mutations into a good request of the operation. `fill` makes what is good at this moment. */
export function write({ operation, mutations }: FuzzRequest, fill: Fill): Written {
  const { body, path } = fill(operation);
  const written: Written = {
    path,
    headers: body === undefined ? [] : ['content-type', 'application/json'],
    body: body === undefined ? undefined : JSON.stringify(body),
  };
  for (const { place, wire } of mutations) apply(written, operation, body, place, wire);
  return written;
}

export type Fill = (operation: Operation) => { path: string; body: Record<string, unknown> | undefined };

function apply(
  written: Written,
  operation: Operation,
  body: Record<string, unknown> | undefined,
  { in: where, name }: Place,
  wire: string | undefined,
): void {
  if (where === 'body') {
    const way = body === undefined ? {} : wayTo(body, name, operation.body?.schema ?? {});
    written.body = bodyWith(way, name, wire);
    setHeader(written, 'content-type', 'application/json');
    return;
  }
  if (where === 'document') {
    written.body = documentsOf(JSON.stringify(body ?? {}))[Number(wire)];
    setHeader(written, 'content-type', operation.binary ?? 'application/json');
    return;
  }
  // What goes into a path was never JSON.
  const text = where === 'path' ? wire : textOf(wire);
  if (text === undefined) return;
  if (where === 'header') setHeader(written, name, headerValue(text));
  else if (where === 'query')
    written.path += `${written.path.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${escaped(text)}`;
  else {
    const at = operation.path.split('/').indexOf(`{${name}}`);
    const [path = '', query] = written.path.split('?');
    const segments = path.split('/');
    segments[at] = /^(%[\da-z]{0,2}|[\w.+[\]'-])+$/i.test(text) ? text : escaped(text);
    written.path = segments.join('/') + (query === undefined ? '' : `?${query}`);
  }
}

function setHeader({ headers }: Written, name: string, value: string): void {
  const at = headers.indexOf(name);
  if (at === -1) headers.push(name, value);
  else headers[at + 1] = value;
}

/** JSON text as the text that it is; anything else as it stands. */
function textOf(wire: string | undefined): string | undefined {
  if (wire === undefined || !wire.startsWith('"')) return wire;
  return JSON.parse(wire) as string;
}

const escaped = (text: string): string => encodeURIComponent(text.toWellFormed().slice(0, 4_000));

/** Node sends no control characters in headers: those are tried over a raw connection. */
const headerValue = (text: string): string =>
  Buffer.from(text.toWellFormed().slice(0, 4_000), 'utf8')
    .toString('latin1')
    // oxlint-disable-next-line no-control-regex -- they are what must go
    .replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '');

/** A body that is no JSON object, or no UTF-8. */
const documentsOf = (good: string): (string | Uint8Array)[] => [
  ...badDocuments(good).map(([, text]) => text),
  ...BAD_UTF8.map(([, bytes]) =>
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]),
  ),
];
