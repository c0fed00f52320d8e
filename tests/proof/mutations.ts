/** Alterations of a proof, each with the part that it alters. From a seed: the same ones again. */
import type { JsonObject } from '@medisupply/shared/proof/format';
import { isObject } from '@medisupply/shared/proof/format';

export interface Alteration {
  name: string;
  /** The file after it. */
  text: string;
  /** What has to be named. */
  parte: string;
}

/** Mulberry32: numbers from 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Holder = JsonObject | unknown[];

interface Leaf {
  holder: Holder;
  key: string | number;
  parte: string;
}

/** Each value of the document that is no object or list, with the part it belongs to. */
function leavesOf(document: JsonObject): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (holder: Holder, path: (string | number)[]): void => {
    for (const [name, value] of Object.entries(holder)) {
      const key = Array.isArray(holder) ? Number(name) : name;
      const here = [...path, key];
      if (typeof value === 'object' && value !== null) walk(value as Holder, here);
      else leaves.push({ holder, key, parte: partOf(here) });
    }
  };
  walk(document, []);
  return leaves;
}

function partOf([top, inner]: (string | number)[]): string {
  if (inner === undefined) return String(top);
  return typeof inner === 'number' ? `${top}[${inner}]` : `${top}.${inner}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another value of its kind, close to it. */
function changed(value: unknown, random: () => number): unknown {
  const pick = (bound: number) => Math.floor(random() * bound);
  if (typeof value === 'number')
    return [value + 1, value - 1, value + 0.5, -value - 1, String(value)][pick(5)];
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return ['', 0, false, [], {}][pick(5)];
  const at = pick(value.length);
  const other = ALPHABET[(ALPHABET.indexOf(value[at] ?? '') + 1 + pick(60)) % ALPHABET.length]!;
  const one = value.slice(0, at) + (other === value[at] ? '\u00e9' : other) + value.slice(at + 1);
  const variants = [
    one,
    value.slice(0, at) + value.slice(at + 1),
    `${value.slice(0, at)}${other}${value.slice(at)}`,
    `${value} `,
    `${value}\u200b`,
    null,
    one,
    one,
  ];
  return variants[pick(variants.length)];
}

/** @returns undefined where this kind changes nothing of this document */
type Kind = (document: JsonObject, random: () => number) => string | undefined;

const pickOf = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)]!;

const anyLeaf: Kind = (document, random) => {
  const { holder, key, parte } = pickOf(leavesOf(document), random);
  const slot = holder as Record<string | number, unknown>;
  slot[key] = changed(slot[key], random);
  return parte;
};

const LISTS = ['items', 'historial', 'personas'];

const listOf = (document: JsonObject, random: () => number): [string, unknown[]] => {
  const name = pickOf(LISTS, random);
  return [name, document[name] as unknown[]];
};

const KINDS: Readonly<Record<string, Kind>> = {
  valor: anyLeaf,
  'valor firmado': (document, random) => {
    const datos = document['datos'] as JsonObject;
    const name = pickOf(Object.keys(datos), random);
    datos[name] = changed(datos[name], random);
    return `datos.${name}`;
  },
  'valor firmado, quitado': (document, random) => {
    const datos = document['datos'] as JsonObject;
    const name = pickOf(Object.keys(datos), random);
    delete datos[name];
    return `datos.${name}`;
  },
  'fila quitada': (document, random) => {
    const [name, list] = listOf(document, random);
    if (list.length < 2) return undefined;
    list.pop();
    return `${name}[${list.length}]`;
  },
  'fila añadida': (document, random) => {
    const [name, list] = listOf(document, random);
    list.push(structuredClone(list[0] ?? { id: 1 }));
    return `${name}[${list.length - 1}]`;
  },
  'filas cambiadas de orden': (document, random) => {
    const [name, list] = listOf(document, random);
    if (list.length < 2) return undefined;
    const at = Math.floor(random() * (list.length - 1));
    [list[at], list[at + 1]] = [list[at + 1], list[at]];
    return `${name}[${at}]`;
  },
  'lista hecha objeto': (document, random) => {
    const [name, list] = listOf(document, random);
    document[name] = Object.fromEntries(list.entries());
    return list.length === 0 ? name : `${name}[0]`;
  },
  'miembro añadido': (document, random) => {
    const [name, holder] = pickOf(
      Object.entries(document).filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
      random,
    );
    holder['nuevo'] = 'algo';
    return `${name}.nuevo`;
  },
  'claves propias dentro': (document) => {
    document['keys'] = [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'mia', use: 'prueba' }];
    return 'keys[0]';
  },
  'parte quitada': (document, random) => {
    const name = pickOf(['emitida', 'formato', 'firma'], random);
    delete document[name];
    return name;
  },
  'sello quitado': (document) => {
    delete document['sello'];
    return 'sello';
  },
  'resumen quitado': (document) => {
    delete document['resumen'];
    return 'resumen';
  },
  'firma del sello': (document, random) => {
    const [header = '', , signature = ''] = String(document['sello']).split('.');
    document['sello'] = `${header}..${String(changed(signature.slice(0, -1), random))}${signature.at(-1)}`;
    return 'sello';
  },
};

/** `count` of them, no two the same, none of which leaves the proof as it was. */
export function alterationsOf(genuine: string, count: number, seed: number): Alteration[] {
  const random = randomFrom(seed);
  const seen = new Set([JSON.stringify(JSON.parse(genuine))]);
  const made: Alteration[] = [];
  const names = Object.keys(KINDS);
  while (made.length < count) {
    // A leaf anywhere, half of the time.
    const name = random() < 0.5 ? 'valor' : pickOf(names, random);
    const document = JSON.parse(genuine) as JsonObject;
    const parte = KINDS[name]!(document, random);
    const text = JSON.stringify(document);
    if (parte === undefined || seen.has(text)) continue;
    seen.add(text);
    made.push({ name, text, parte });
  }
  return made;
}
