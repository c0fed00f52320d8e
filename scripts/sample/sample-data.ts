/** What the sample is made of. Whoever reads it sees at once that it is none of theirs. */

export const MENSAJEROS = ['muestra.ana', 'muestra.luis', 'muestra.sofia'] as const;

export const PRODUCTOS = [
  { sku: 'MUESTRA-GUANTE-M', nombre: 'Guantes de nitrilo, talla M', stock: 500, minimo: 60 },
  { sku: 'MUESTRA-TAPABOCAS', nombre: 'Tapabocas de tres capas', stock: 900, minimo: 100 },
  { sku: 'MUESTRA-JERINGA-5', nombre: 'Jeringas de 5 ml', stock: 400, minimo: 50 },
  { sku: 'MUESTRA-ALCOHOL', nombre: 'Alcohol antiséptico, 700 ml', stock: 120, minimo: 30 },
  { sku: 'MUESTRA-GASA', nombre: 'Gasa estéril, 10 × 10 cm', stock: 300, minimo: 40 },
  { sku: 'MUESTRA-TERMOMETRO', nombre: 'Termómetro digital', stock: 35, minimo: 20 },
] as const;

const STREETS = [
  'Calle 93 # 11-27',
  'Carrera 7 # 40-62',
  'Calle 26 # 68-35',
  'Avenida 19 # 120-71',
  'Carrera 15 # 88-64',
  'Transversal 23 # 97-73',
  'Diagonal 61C # 24-15',
  'Calle 72 # 10-34',
  'Carrera 30 # 45-03',
  'Calle 134 # 7-83',
] as const;

const PEOPLE = [
  'Lucía Peña',
  'Andrés Rojas',
  'Marta Díaz',
  'Jorge Muñoz',
  'Camila Vélez',
  'Óscar Niño',
  'Elena Suárez',
  'Iván Castaño',
] as const;

/** What becomes of a delivery. */
export type Destino = 'entregada' | 'en-camino' | 'intento' | 'sin-asignar' | 'cancelada';

const DESTINOS: readonly [Destino, number][] = [
  ['entregada', 24],
  ['en-camino', 7],
  ['intento', 2],
  ['sin-asignar', 5],
  ['cancelada', 2],
];

export interface Muestra {
  pedido_id: string;
  direccion: string;
  nombre_recibe: string;
  destino: Destino;
  /** Index into MENSAJEROS. */
  mensajero: number;
  /** Of PRODUCTOS, by index. */
  items: readonly { producto: number; cantidad: number }[];
}

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

const DAY_MS = 24 * 3_600_000;
const DAYS = 7;

/** The couriers say that they were at the doors in the last week, one after another; the platform says when it was told. */
export const momentOf = (n: number, count: number, now: number): string =>
  new Date(now - Math.round(((count - n) / count) * DAYS * DAY_MS)).toISOString();

export const MUESTRAS: readonly Muestra[] = DESTINOS.flatMap(([destino, count]) =>
  Array.from({ length: count }, () => destino),
).map((destino, n) => ({
  pedido_id: `MUESTRA-${String(n + 1).padStart(3, '0')}`,
  direccion: `${pick(STREETS, n * 3)}, apto. ${100 + ((n * 7) % 900)}, Bogotá`,
  nombre_recibe: pick(PEOPLE, n * 5),
  destino,
  mensajero: n % MENSAJEROS.length,
  items: [
    { producto: n % PRODUCTOS.length, cantidad: 1 + (n % 4) },
    { producto: (n + 2) % PRODUCTOS.length, cantidad: 2 },
  ],
}));

/** A stroke that goes up and down as the letters of the name do. */
export function signatureOf(name: string): string {
  const strokes = Array.from(name.replaceAll(' ', ''), (letter) => {
    const height = 20 + ((letter.codePointAt(0) ?? 0) % 30);
    return `q8 ${-height} 16 0t10 0`;
  }).join('');
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 120" width="400" height="120">' +
    `<path d="M20 80${strokes}" fill="none" stroke="#14324a" stroke-width="2.4" stroke-linecap="round"/></svg>`
  );
}
