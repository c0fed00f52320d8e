import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { badRequest } from '@medisupply/shared/http/app-error';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP15 = 0xef;
const COM = 0xfe;
/** Start of a frame: its size in pixels. C4, C8 and CC are something else. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** What a picture needs to be shown: JFIF, a colour profile, Adobe's colour transform. */
const HARMLESS: Readonly<Record<number, string>> = { 0xe0: 'JFIF\0', 0xe2: 'ICC_PROFILE\0', 0xee: 'Adobe' };

/**
 * A whole JPEG and nothing besides: no EXIF, XMP, IPTC or comment, which tell where and with what it was taken, and nothing
 * before or behind it. Nothing is decoded.
 * @throws AppError 400
 */
export function assertJpeg(bytes: Buffer): void {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw notJpeg();
  let at = 2;
  let hasSize = false;
  let hasScan = false;
  for (;;) {
    const { marker, next } = markerAt(bytes, at);
    if (marker === EOI) {
      if (next !== bytes.length)
        throw badRequest('La foto lleva datos detrás de la imagen; envíe solo la imagen');
      if (!hasSize || !hasScan) throw notJpeg();
      return;
    }
    const end = next + bytes.readUInt16BE(boundedAt(bytes, next, 2));
    if (end < next + 2) throw notJpeg();
    const segment = bytes.subarray(next + 2, boundedAt(bytes, end, 0));
    assertHarmless(marker, segment);
    if (isFrame(marker)) {
      assertSize(segment);
      hasSize = true;
    }
    at = end;
    if (marker === SOS) {
      hasScan = true;
      at = endOfScan(bytes, at);
    }
  }
}

function markerAt(bytes: Buffer, at: number): { marker: number; next: number } {
  let next = at;
  if (bytes[next] !== 0xff) throw notJpeg();
  // Any number of fill bytes may stand before a marker.
  while (bytes[next] === 0xff) next += 1;
  const marker = bytes[next];
  // Markers without a segment stand in scans alone.
  if (marker === undefined || marker < 0xc0 || (marker >= 0xd0 && marker <= SOI)) throw notJpeg();
  return { marker, next: next + 1 };
}

/** `at`, if `size` bytes are there. */
function boundedAt(bytes: Buffer, at: number, size: number): number {
  if (at + size > bytes.length) throw notJpeg();
  return at;
}

/** Where the next marker stands that is not part of the compressed data. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    const isData = next === 0 || next === 0xff || (next !== undefined && next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  throw notJpeg();
}

function assertHarmless(marker: number, segment: Buffer): void {
  if (marker !== COM && (marker < APP0 || marker > APP15)) return;
  const allowed = HARMLESS[marker];
  if (allowed !== undefined && segment.subarray(0, allowed.length).equals(Buffer.from(allowed, 'latin1')))
    return;
  const isExif = segment.subarray(0, 4).toString('latin1') === 'Exif';
  throw badRequest(
    isExif
      ? 'La foto lleva datos EXIF, que dicen dónde y con qué se tomó; quítelos antes de enviarla'
      : 'La foto lleva metadatos; quítelos antes de enviarla',
  );
}

function assertSize(segment: Buffer): void {
  if (segment.length < 5) throw notJpeg();
  const sides = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  if (sides.includes(0)) throw notJpeg();
  if (Math.max(...sides) > LIMITES.foto_lado)
    throw badRequest(`La foto supera ${LIMITES.foto_lado} píxeles de lado`);
}

const notJpeg = () => badRequest('El cuerpo no es una foto JPEG');
