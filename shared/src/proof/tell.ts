/** What a verified proof means, in words: for the command line and for the page, in Spanish and in English. */
import type { JsonObject } from './format.ts';
import { isObject } from './format.ts';
import type { Defecto, Informe, Veredicto } from './verify-proof.ts';

export type Idioma = 'es' | 'en';

export interface Relato {
  titulo: string;
  explicacion: string;
  /** Each with the name of the part, as it stands in the file. */
  hallazgos: { parte: string; texto: string }[];
  /** What the file says, proven only when it is genuine. */
  datos: { nombre: string; valor: string }[];
  probado: string[];
  noProbado: string[];
}

interface Textos {
  veredictos: Record<Veredicto, readonly [titulo: string, explicacion: string]>;
  defectos: Record<Defecto, string>;
  partes: Record<string, string>;
  campos: Record<string, string>;
  fila: string;
  otraFoto: string;
  probado: Record<'sello' | 'firma' | 'horas' | 'contenido' | 'foto', string>;
  noProbado: Record<'puerta' | 'plataforma' | 'dispositivo' | 'foto' | 'claves', string>;
  revocada: string;
}

const TEXTOS: Record<Idioma, Textos> = {
  es: {
    veredictos: {
      autentica: ['Prueba auténtica', 'La selló la plataforma y nadie la ha cambiado.'],
      alterada: ['Prueba alterada', 'No es lo que selló la plataforma. Lo que no concuerda:'],
      desconocida: [
        'Firmado por un desconocido',
        'La clave no es de esta plataforma. Que el archivo traiga sus propias claves no prueba nada.',
      ],
      revocada: [
        'Clave revocada',
        'La clave fue robada o retirada: con ella puede sellar cualquiera que la tenga. Pida la prueba de nuevo.',
      ],
      ilegible: [
        'No es una prueba',
        'El archivo no es una prueba que esta versión pueda leer, o está incompleto.',
      ],
    },
    defectos: {
      cambiada: 'se cambió',
      anadida: 'se añadió',
      falta: 'falta',
      ambigua: 'dice dos cosas según quien lo lea',
      contradice: 'no corresponde a lo firmado',
      desconocida: 'la clave no se conoce',
      revocada: 'la clave está revocada',
    },
    partes: {
      formato: 'Formato',
      emitida: 'Fecha de emisión',
      entrega: 'Entrega',
      datos: 'Datos firmados',
      firma: 'Firma de la entrega',
      recepcion: 'Recepción',
      items: 'Productos',
      historial: 'Historial',
      personas: 'Personas',
      resumen: 'Resumen',
      sello: 'Sello de la plataforma',
      texto: 'El archivo',
      foto: 'Foto',
    },
    campos: {
      id: 'número',
      pedido_id: 'pedido',
      estado: 'estado',
      creada: 'creada',
      fecha_entrega: 'entregada',
      creada_por: 'creada por',
      asignada_a: 'asignada a',
      confirmada_por: 'confirmada por',
      direccion: 'dirección',
      nombre_recibe: 'recibió',
      firma_recibe: 'firma dibujada',
      entrega_id: 'número de entrega',
      usuario_id: 'quien firmó',
      capturado: 'hora del dispositivo',
      foto_sha256: 'huella de la foto',
      recibida: 'hora de recepción',
      tarea: 'tarea',
    },
    fila: 'fila',
    otraFoto: 'no es la que se firmó',
    probado: {
      sello: 'La plataforma selló todo el documento el {emitida}; desde entonces nada ha cambiado.',
      firma:
        '{quien} firmó los datos de la entrega con su cuenta: dirección, quien recibió, firma dibujada y pedido.',
      horas:
        'La plataforma recibió la firma el {recibida} y registró la entrega el {entregada}, según su propio reloj.',
      contenido: 'El historial y los productos son los que la plataforma tenía guardados.',
      foto: 'La foto es la que se firmó.',
    },
    noProbado: {
      puerta: 'Quién estaba en la puerta: el nombre y la firma dibujada los envió quien confirmó.',
      plataforma: 'Lo que pasó fuera de la plataforma: el sello prueba lo que ella guardó.',
      dispositivo: 'La hora del dispositivo ({capturado}): es lo que dijo el teléfono, nadie la comprobó.',
      foto: 'Que una foto sea la de esta entrega: dé también la foto y se comparará con la huella firmada.',
      claves: 'Que la clave no se haya revocado después de guardar las claves con que se comprueba.',
    },
    revocada: 'La clave de la firma se revocó el {revocada}; la plataforma la había recibido antes.',
  },
  en: {
    veredictos: {
      autentica: ['Genuine proof', 'The platform sealed it and nobody has changed it.'],
      alterada: ['Altered proof', 'This is not what the platform sealed. What does not match:'],
      desconocida: [
        'Signed by an unknown party',
        'The key does not belong to this platform. Keys that the file brings along prove nothing.',
      ],
      revocada: [
        'Revoked key',
        'The key was stolen or withdrawn: whoever has it can seal with it. Ask for the proof again.',
      ],
      ilegible: ['Not a proof', 'The file is not a proof that this version can read, or it is incomplete.'],
    },
    defectos: {
      cambiada: 'was changed',
      anadida: 'was added',
      falta: 'is missing',
      ambigua: 'says two things, depending on who reads it',
      contradice: 'does not match what was signed',
      desconocida: 'the key is unknown',
      revocada: 'the key is revoked',
    },
    partes: {
      formato: 'Format',
      emitida: 'Date of issue',
      entrega: 'Delivery',
      datos: 'Signed data',
      firma: "Delivery's signature",
      recepcion: 'Receipt',
      items: 'Products',
      historial: 'History',
      personas: 'People',
      resumen: 'Summary',
      sello: "Platform's seal",
      texto: 'The file',
      foto: 'Photo',
    },
    campos: {
      id: 'number',
      pedido_id: 'order',
      estado: 'state',
      creada: 'created',
      fecha_entrega: 'delivered',
      creada_por: 'created by',
      asignada_a: 'assigned to',
      confirmada_por: 'confirmed by',
      direccion: 'address',
      nombre_recibe: 'received by',
      firma_recibe: 'drawn signature',
      entrega_id: 'delivery number',
      usuario_id: 'signed by',
      capturado: "device's time",
      foto_sha256: "photo's hash",
      recibida: 'time of receipt',
      tarea: 'task',
    },
    fila: 'row',
    otraFoto: 'is not the one that was signed',
    probado: {
      sello: 'The platform sealed the whole document on {emitida}; nothing has changed since.',
      firma:
        '{quien} signed the data of the delivery with their account: address, recipient, drawn signature and order.',
      horas:
        'The platform received the signature on {recibida} and recorded the delivery on {entregada}, by its own clock.',
      contenido: 'The history and the products are what the platform had stored.',
      foto: 'The photo is the one that was signed.',
    },
    noProbado: {
      puerta: 'Who stood at the door: the name and the drawn signature were sent by whoever confirmed.',
      plataforma: 'What happened outside the platform: the seal proves what the platform stored.',
      dispositivo: "The device's time ({capturado}): that is what the phone said; nobody checked it.",
      foto: 'That a picture is the photo of this delivery: give the photo as well, and it is compared with the signed hash.',
      claves: 'That the key was not revoked after the keys used here were saved.',
    },
    revocada:
      "The signature's key was revoked on {revocada}; the platform had received the signature before.",
  },
};

export function relatar(informe: Informe, idioma: Idioma): Relato {
  const textos = TEXTOS[idioma];
  const [titulo, explicacion] = textos.veredictos[informe.veredicto];
  const isGenuine = informe.veredicto === 'autentica';
  return {
    titulo,
    explicacion,
    hallazgos: informe.hallazgos.map(({ parte, defecto }) => ({
      parte,
      texto: `${nombreDe(parte, textos)}: ${parte === 'foto' ? textos.otraFoto : textos.defectos[defecto]}`,
    })),
    datos: informe.documento ? datosDe(informe.documento, textos) : [],
    probado: isGenuine ? probadoDe(informe, textos) : [],
    noProbado: isGenuine ? noProbadoDe(informe, textos) : [],
  };
}

/** `datos.direccion` as «Datos firmados, dirección»; `historial[2]` as «Historial, fila 3». */
function nombreDe(parte: string, textos: Textos): string {
  const [, name = '', index, member] = /^(\w+)(?:\[(\d+)\]|\.(.+))?$/.exec(parte) ?? [];
  const room = textos.partes[name] ?? parte;
  if (index !== undefined) return `${room}, ${textos.fila} ${Number(index) + 1}`;
  if (member === undefined) return room;
  return `${room}, ${name === 'resumen' ? nombreDe(member, textos) : (textos.campos[member] ?? member)}`;
}

const SHOWN: readonly [room: string, member: string][] = [
  ['entrega', 'id'],
  ['entrega', 'pedido_id'],
  ['entrega', 'fecha_entrega'],
  ['datos', 'direccion'],
  ['datos', 'nombre_recibe'],
  ['datos', 'usuario_id'],
];

const datosDe = (documento: JsonObject, { campos }: Textos): Relato['datos'] =>
  SHOWN.map(([room, member]) => {
    const value = memberOf(documento, room, member);
    const valor = member === 'usuario_id' ? quienEs(documento, value) : tiempo(value);
    return { nombre: campos[member] ?? member, valor };
  });

function probadoDe({ documento = {}, foto }: Informe, { probado }: Textos): string[] {
  return [
    fill(probado.sello, { emitida: tiempo(documento['emitida']) }),
    fill(probado.firma, { quien: quienEs(documento, memberOf(documento, 'datos', 'usuario_id')) }),
    fill(probado.horas, {
      recibida: tiempo(memberOf(documento, 'recepcion', 'recibida') ?? '—'),
      entregada: tiempo(memberOf(documento, 'entrega', 'fecha_entrega')),
    }),
    probado.contenido,
    ...(foto === 'coincide' ? [probado.foto] : []),
  ];
}

function noProbadoDe({ documento = {}, firma, foto }: Informe, textos: Textos): string[] {
  const { noProbado, revocada } = textos;
  const capturado = memberOf(documento, 'datos', 'capturado');
  return [
    noProbado.puerta,
    ...(capturado === undefined ? [] : [fill(noProbado.dispositivo, { capturado: tiempo(capturado) })]),
    ...(foto === 'no_dada' ? [noProbado.foto] : []),
    noProbado.plataforma,
    noProbado.claves,
    ...(firma?.revocada === undefined ? [] : [fill(revocada, { revocada: tiempo(firma.revocada) })]),
  ];
}

const memberOf = (documento: JsonObject, room: string, member: string): unknown =>
  isObject(documento[room]) ? documento[room][member] : undefined;

/** `Ana (2)`: the name that the account had, and its number. */
function quienEs(documento: JsonObject, id: unknown): string {
  const personas = Array.isArray(documento['personas']) ? documento['personas'] : [];
  const persona = personas.find((one) => isObject(one) && one['id'] === id) as JsonObject | undefined;
  return persona ? `${String(persona['nombre'])} (${String(id)})` : `#${String(id)}`;
}

/** Times in one zone for all readers: a proof is read anywhere. */
function tiempo(value: unknown): string {
  const isMoment = typeof value === 'number' && value > 1e11;
  const text = isMoment ? new Date(value).toISOString() : typeof value === 'string' ? value : shown(value);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 19)} UTC` : text;
}

const shown = (value: unknown): string => (value == null ? '—' : JSON.stringify(value));

const fill = (text: string, values: Record<string, string>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_place, name: string) => values[name] ?? '');
