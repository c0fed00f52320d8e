import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request, RequestHandler } from 'express';
import { scan } from 'secure-json-parse';
import { AppError, badRequest } from './app-error.ts';

/** Bodies above this are 413 (bytes, after decompression). */
export const BODY_LIMIT = 256 * 1024;
const MAX_DEPTH = 32;
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const DECODERS = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A body that is not JSON. */
export interface BinaryBody {
  contentType: string;
  /** Bytes, after decompression. */
  limit: number;
}

/** 413 for what is announced as too large, before anything is looked up or read. */
export function refuseLargeBody(
  routes: readonly { method: string; path: string; binary?: BinaryBody }[],
): RequestHandler {
  const others = routes.flatMap(({ method, path, binary }) =>
    binary ? [{ method: method.toUpperCase(), path: patternOf(path), limit: binary.limit }] : [],
  );
  return (request, _response, next) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced <= BODY_LIMIT) return next();
    const other = others.find(({ method, path }) => method === request.method && path.test(request.path));
    const limit = other?.limit ?? BODY_LIMIT;
    next(announced > limit ? tooLarge(limit) : undefined);
  };
}

/** As Express itself takes a path. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?$`, 'i');

/** For routes of Express itself; `mountRoutes` reads the body once it knows who calls. */
export const jsonBody: RequestHandler = async (request, _response, next) => {
  try {
    await readJsonBody(request);
  } catch (error) {
    next(error);
    return;
  }
  next();
};

/**
 * Strict JSON into `request.body`: `application/json` only (415), UTF-8, ≤ 256 KiB (413), ≤ 32 levels deep, an object at
 * the top (400). What is too large is not read to its end.
 */
export async function readJsonBody(request: Request): Promise<void> {
  if (!WITH_BODY.has(request.method) || !hasBody(request)) return;
  if (!request.is('application/json')) {
    throw new AppError('tipo-no-admitido', 415, 'El cuerpo debe ser application/json');
  }
  request.body = parse(await readBytes(request, BODY_LIMIT));
}

/** Bytes of that type alone (415) into `request.body`, at most so many (413). */
export async function readBinaryBody(request: Request, { contentType, limit }: BinaryBody): Promise<void> {
  if (!hasBody(request)) throw badRequest(`Falta el cuerpo ${contentType}`);
  if (!request.is(contentType)) {
    throw new AppError('tipo-no-admitido', 415, `El cuerpo debe ser ${contentType}`);
  }
  request.body = await readBytes(request, limit);
}

async function readBytes(request: Request, limit: number): Promise<Buffer> {
  const encoding = request.get('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return collect(request.iterator({ destroyOnReturn: false }), limit);
  if (!Object.hasOwn(DECODERS, encoding)) {
    throw new AppError('tipo-no-admitido', 415, 'Codificación del cuerpo no admitida');
  }
  const inflating = DECODERS[encoding as keyof typeof DECODERS]();
  request.once('error', (error) => inflating.destroy(error));
  try {
    return await collect(request.pipe(inflating), limit);
  } finally {
    request.unpipe(inflating);
    inflating.destroy();
  }
}

async function collect(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof AppError ? error : badRequest('No se pudo leer el cuerpo', { cause: error });
  }
  return Buffer.concat(chunks);
}

const tooLarge = (limit: number) =>
  new AppError('cuerpo-demasiado-grande', 413, `El cuerpo supera ${limit / 1024} KiB`);

function hasBody(request: { headers: NodeJS.Dict<string | string[]> }): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function parse(raw: Buffer): unknown {
  let text: string;
  try {
    text = decoder.decode(raw);
  } catch {
    throw badRequest('El cuerpo no es UTF-8 válido');
  }
  // Checked on the text: 100,000 levels parse, but overflow the stack of whatever walks them afterwards.
  if (deeperThan(text, MAX_DEPTH)) throw badRequest(`El JSON tiene más de ${MAX_DEPTH} niveles`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('El cuerpo no es JSON válido');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('El cuerpo debe ser un objeto JSON');
  }
  // Schemas that let fields through would drop it without a word.
  if (scan(value, { safe: true, constructorAction: 'ignore' }) === null)
    throw badRequest('El cuerpo tiene un campo no permitido: __proto__');
  return value;
}

function deeperThan(text: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > max) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}
