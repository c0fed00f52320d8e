import { request } from 'undici';
import type { Platform } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';

const segment = (marker: number, ...content: (Uint8Array | number[])[]): Buffer => {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

export interface JpegParts {
  /** Pixels. */
  width?: number;
  height?: number;
  /** Bytes of compressed data: any, nothing decodes them. */
  data?: Uint8Array;
  /** Segments behind JFIF's. */
  segments?: Buffer[];
  /** Behind the picture. */
  trailer?: Uint8Array;
}

/** The segments of a JPEG in their order, as a browser writes them. */
export function someJpeg({ width = 8, height = 8, data, segments = [], trailer }: JpegParts = {}): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0'), [1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segments,
    segment(0xdb, [0], Buffer.alloc(64, 1)),
    segment(0xc0, [8], size, [1, 1, 0x11, 0]),
    segment(0xc4, [0], Buffer.alloc(16), [0]),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    data ?? Buffer.from([1, 2, 3, 0xff, 0, 4, 0xff, 0xd0, 5]),
    Buffer.from([0xff, 0xd9]),
    trailer ?? Buffer.alloc(0),
  ]);
}

/** One of that many bytes, another for each `seed`. */
export function largeJpeg(bytes: number, seed = 0): Buffer {
  const data = Buffer.alloc(bytes - someJpeg({ data: Buffer.alloc(0) }).length, (seed % 250) + 1);
  return someJpeg({ data });
}

export const metadata = (marker: number, text: string): Buffer =>
  segment(marker, Buffer.from(text, 'latin1'));

/** `POST /entrega/:id/foto` */
export async function sendFoto(
  platform: Platform,
  entregaId: number,
  foto: Uint8Array,
  token: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await request(`${platform.logistica.url}/entrega/${entregaId}/foto`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg', ...headers },
    body: foto,
  });
  return { status: response.statusCode, headers: response.headers, body: await response.body.json() };
}

export interface Picture {
  status: number;
  type: string | undefined;
  bytes: Buffer;
}

/** `GET /entrega/:id/foto` */
export async function readFoto(platform: Platform, entregaId: number, token: string): Promise<Picture> {
  const response = await request(`${platform.logistica.url}/entrega/${entregaId}/foto`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return {
    status: response.statusCode,
    type: response.headers['content-type']?.toString(),
    bytes: Buffer.from(await response.body.arrayBuffer()),
  };
}
