import { randomUUID } from 'node:crypto';
import {
  actualKey,
  newProofKey,
  newSignatureKey,
  newTokenKey,
  publishedJwks,
} from '../../src/security/key-files.ts';

/** Fresh keys of autorizador: what it signs with, and what it publishes. Good since 1970, whatever time a test sets. */
export function newKeys() {
  const tokens = { keys: [newTokenKey('actual', 0), newTokenKey('siguiente', 0)] };
  const signatures = { keys: [newSignatureKey('actual', 0), newSignatureKey('siguiente', 0)] };
  const proofs = { keys: [newProofKey('actual', 0), newProofKey('siguiente', 0)] };
  return {
    tokenKey: actualKey(tokens),
    signatureKey: actualKey(signatures),
    proofKey: actualKey(proofs),
    jwks: publishedJwks(tokens, signatures, proofs),
  };
}

export const aPayload = (overrides = {}) => ({
  direccion: 'Calle 10 # 5-20',
  nombre_recibe: 'Ana Ñúñez',
  firma_recibe: '<svg>M0 0</svg>',
  pedido_id: 'PED-1',
  entrega_id: 7,
  usuario_id: 3,
  ...overrides,
});

export const aSubject = (overrides = {}) => ({
  usuario_id: 3,
  nombre: `ana-${randomUUID()}`,
  roles: ['usuario'] as const,
  token_version: 1,
  ...overrides,
});

/** Collects what is logged. */
export function collectingLogger() {
  const lines: { level: string; message: string }[] = [];
  const log = (level: string) => (_fields: unknown, message?: string) => {
    lines.push({ level, message: message ?? String(_fields) });
  };
  return { lines, info: log('info'), warn: log('warn'), error: log('error') };
}
