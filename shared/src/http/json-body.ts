import express from 'express';
import type { RequestHandler } from 'express';
import { scan } from 'secure-json-parse';
import { LIMITES } from '../contracts/vocabulary.ts';
import { AppError, badRequest } from './app-error.ts';

const MAX_DEPTH = 32;
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const readRaw = express.raw({ type: 'application/json', limit: LIMITES.cuerpo, inflate: true });
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strict JSON: `application/json` only (415), UTF-8, ≤ 256 KiB (413), ≤ 32 levels deep, an object at the top (400). */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (!WITH_BODY.has(request.method) || !hasBody(request)) {
    next();
    return;
  }
  if (!request.is('application/json')) {
    next(new AppError('tipo-no-admitido', 415, 'El cuerpo debe ser application/json'));
    return;
  }
  readRaw(request, response, (error?: unknown) => {
    if (error) {
      next(bodyError(error));
      return;
    }
    try {
      request.body = parse(request.body as Buffer);
      next();
    } catch (cause) {
      next(cause);
    }
  });
};

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

function bodyError(error: unknown): unknown {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') {
    return new AppError('cuerpo-demasiado-grande', 413, `El cuerpo supera ${LIMITES.cuerpo / 1024} KiB`, {
      cause: error,
    });
  }
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new AppError('tipo-no-admitido', 415, 'Codificación del cuerpo no admitida', { cause: error });
  }
  return badRequest('No se pudo leer el cuerpo', { cause: error });
}
