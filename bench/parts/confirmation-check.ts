import { readFileSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import type { Request } from 'express';
import jwt from 'jsonwebtoken';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { confirmarEntregaBody } from '@medisupply/shared/contracts/logistica/entregas';
import { verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { SignatureKey } from '@medisupply/shared/security/delivery-signature';
import { parseJwks, publicKeyOf } from '@medisupply/shared/security/jwks';

/** Body, token (verified once and remembered) and signature of a confirmation, and nothing about the delivery. */
export function confirmationCheck(jwksFile: string): (request: Request) => boolean {
  const tokenKeys = new Map<string, KeyObject>();
  const signatureKeys = new Map<string, SignatureKey>();
  for (const jwk of parseJwks(JSON.parse(readFileSync(jwksFile, 'utf8')))) {
    if (jwk.alg === 'ES256') tokenKeys.set(jwk.kid, publicKeyOf(jwk));
    else signatureKeys.set(jwk.kid, { key: publicKeyOf(jwk) });
  }
  const users = new Map<string, number>();

  const userOf = (token: string): number => {
    const known = users.get(token);
    if (known !== undefined) return known;
    const kid = jwt.decode(token, { complete: true })?.header.kid ?? '';
    const key = tokenKeys.get(kid);
    if (!key) throw new Error('unknown key');
    const claims = jwt.verify(token, key, { algorithms: ['ES256'] });
    const user = Number(claims.sub);
    users.set(token, user);
    return user;
  };

  return (request) => {
    const { firma_payload, ...body } = confirmarEntregaBody.parse(request.body);
    const usuario_id = userOf((request.get('authorization') ?? '').slice('Bearer '.length));
    const payload = deliveryPayload({ ...body, entrega_id: Number(request.params['id']) }, usuario_id);
    return verifyDelivery(firma_payload, payload, (kid) => signatureKeys.get(kid)).valid;
  };
}
