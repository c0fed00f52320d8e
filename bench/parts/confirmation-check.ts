import { readFileSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import type { Request } from 'express';
import jwt from 'jsonwebtoken';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { confirmarEntregaBody } from '@medisupply/shared/contracts/logistica/entregas';
import { verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { SignatureKey } from '@medisupply/shared/security/delivery-signature';
import { parseJwks, publicKeyOf } from '@medisupply/shared/security/jwks';

/** The user of a token, which is verified once and remembered. */
export function tokenCheck(jwksFile: string): (request: Request) => number {
  const keys = new Map<string, KeyObject>();
  for (const jwk of parseJwks(JSON.parse(readFileSync(jwksFile, 'utf8'))))
    if (jwk.alg === 'ES256') keys.set(jwk.kid, publicKeyOf(jwk));
  const users = new Map<string, number>();

  return (request) => {
    const token = (request.get('authorization') ?? '').slice('Bearer '.length);
    const known = users.get(token);
    if (known !== undefined) return known;
    const key = keys.get(jwt.decode(token, { complete: true })?.header.kid ?? '');
    if (!key) throw new Error('unknown key');
    const user = Number(jwt.verify(token, key, { algorithms: ['ES256'] }).sub);
    users.set(token, user);
    return user;
  };
}

/** Body, token and signature of a confirmation, and nothing about the delivery. */
export function confirmationCheck(jwksFile: string): (request: Request) => boolean {
  const userOf = tokenCheck(jwksFile);
  const keys = new Map<string, SignatureKey>();
  for (const jwk of parseJwks(JSON.parse(readFileSync(jwksFile, 'utf8'))))
    if (jwk.alg !== 'ES256') keys.set(jwk.kid, { key: publicKeyOf(jwk) });

  return (request) => {
    const { firma_payload, ...body } = confirmarEntregaBody.parse(request.body);
    const usuario_id = userOf(request);
    const payload = deliveryPayload({ ...body, entrega_id: Number(request.params['id']) }, usuario_id);
    return verifyDelivery(firma_payload, payload, (kid) => keys.get(kid)).valid;
  };
}
