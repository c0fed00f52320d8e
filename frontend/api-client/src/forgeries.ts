/** What is sent to confirm a delivery. */
export interface Confirmation {
  direccion: string;
  nombre_recibe: string;
  firma_recibe: string;
  pedido_id: string;
  firma_payload: string;
  capturado?: string;
  foto_sha256?: string;
}

/** Each changes one thing of a good confirmation, which must then be refused with 403. `other` is one of another delivery. */
export const FORGERIES = {
  direccion: (good) => ({ ...good, direccion: `${good.direccion} bis` }),
  nombre: (good) => ({ ...good, nombre_recibe: 'Otra persona' }),
  dibujo: (good) => ({ ...good, firma_recibe: '<svg>otra</svg>' }),
  firma: (good) => ({ ...good, firma_payload: flip(good.firma_payload, good.firma_payload.length - 20) }),
  cabecera: (good) => ({ ...good, firma_payload: flip(good.firma_payload, 30) }),
  ajena: (good, other) => ({ ...good, firma_payload: other.firma_payload }),
  hora: (good) => ({ ...good, capturado: '2026-01-01T00:00:00.000Z' }),
  foto: (good) => ({ ...good, foto_sha256: '0'.repeat(64) }),
  vacia: (good) => ({ ...good, firma_payload: '' }),
} satisfies Record<string, (good: Confirmation, other: Confirmation) => Confirmation>;

/** Changes one character, keeping the alphabet. */
const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
