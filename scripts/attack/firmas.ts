/** Signatures of deliveries that were forged, altered, stretched or made for something else. */
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { FORGERIES } from '@medisupply/api-client/forgeries';
import type { Confirmation } from '@medisupply/api-client/forgeries';
import {
  BAD_SIGNATURE_HEADERS,
  craftSignature,
  MALFORMED_SIGNATURES,
  respelled,
  signatureHeader,
} from '@medisupply/shared/testing/forged-signatures';
import type { Case } from './suite.ts';
import { firstOf, unless, worked } from './attempt.ts';
import type { Person, Target } from './target.ts';
import { signAsAutorizador } from './target.ts';

const clase = 'firmas';
const MINUTE = 60_000;

const confirmar = (target: Target, id: number, body: unknown, as: Person = target.ana) =>
  target.call('POST', `/logistica/entrega/${id}/confirmar`, { as, body });

/** A fresh delivery of Ana with good data, and the six fields that its signature covers. */
async function fresh(target: Target) {
  const id = await target.newDelivery(target.ana);
  const good = await target.confirmation(target.ana, id);
  const { firma_payload: _, ...fields } = good;
  return { id, good, payload: { ...fields, entrega_id: id, usuario_id: target.ana.id } };
}

/** The delivery must be as it was, whatever was answered. */
async function refused(
  target: Target,
  id: number,
  body: unknown,
  statuses = [403],
): Promise<string | undefined> {
  const how = unless(await confirmar(target, id, body), statuses);
  if (how !== undefined) return how;
  const { json } = worked(await target.call('GET', `/logistica/entrega/${id}`, { as: target.ana }), 200);
  return json.estado === 'EN_CAMINO' ? undefined : `la entrega quedó ${json.estado}`;
}

/** Good data under a header that was made for it. */
const withHeader =
  (changes: Record<string, unknown>): Case['run'] =>
  async (target) => {
    const { id, good, payload } = await fresh(target);
    const { kid, privateKey } = target.signatureKey();
    const firma_payload = craftSignature(payload, signatureHeader(kid, changes), privateKey);
    return refused(target, id, { ...good, firma_payload });
  };

export const SIGNATURE_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'control: hecha con la clave robada y bien hecha, pasa',
    async run(target) {
      const { id, good, payload } = await fresh(target);
      const { kid, privateKey } = target.signatureKey();
      const firma_payload = craftSignature(payload, signatureHeader(kid), privateKey);
      worked(await confirmar(target, id, { ...good, firma_payload }), 202);
      return undefined;
    },
  },
  ...Object.entries(FORGERIES).map(([name, forge]): Case => ({
    clase,
    nombre: `un cambio: ${name}`,
    async run(target) {
      const { id, good } = await fresh(target);
      const other = await fresh(target);
      return refused(target, id, forge(good, other.good));
    },
  })),
  {
    clase,
    nombre: 'la hora firmada, quitada, cambiada o nula',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const capturado = '2026-11-25T10:00:00.000Z';
      const good = await target.confirmation(target.ana, id, { capturado });
      const { capturado: _, ...without } = good;
      const others = [
        without,
        { ...good, capturado: null },
        { ...good, capturado: '2026-11-25T10:00:00.001Z' },
      ];
      return firstOf(others, (body) => refused(target, id, body));
    },
  },
  ...BAD_SIGNATURE_HEADERS.map(({ name, changes }): Case => ({
    clase,
    nombre: `cabecera: ${name}`,
    run: withHeader(changes),
  })),
  ...MALFORMED_SIGNATURES.map(([name, firma_payload]): Case => ({
    clase,
    nombre: `forma: ${name}`,
    async run(target) {
      const { id, good } = await fresh(target);
      return refused(target, id, { ...good, firma_payload });
    },
  })),
  {
    clase,
    nombre: 'escrita de otro modo',
    async run(target) {
      const { id, good } = await fresh(target);
      return firstOf(respelled(good.firma_payload), (firma_payload) =>
        refused(target, id, { ...good, firma_payload }),
      );
    },
  },
  {
    clase,
    nombre: 'HMAC con la clave pública',
    async run(target) {
      const { id, good, payload } = await fresh(target);
      const { kid, privateKey } = target.signatureKey();
      const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
      return firstOf(['HS512', 'EdDSA'], (alg) =>
        refused(target, id, {
          ...good,
          firma_payload: craftSignature(payload, signatureHeader(kid, { alg }), (input) =>
            createHmac('sha512', pem).update(input).digest(),
          ),
        }),
      );
    },
  },
  {
    clase,
    nombre: 'trae su propia clave o dice dónde está',
    async run(target) {
      const { id, good, payload } = await fresh(target);
      const mine = generateKeyPairSync('ed25519');
      const jwk = { ...mine.publicKey.export({ format: 'jwk' }), kid: 'mia', use: 'sig', alg: 'EdDSA' };
      const url = 'http://127.0.0.1:9/jwks.json';
      return firstOf([{ jku: url }, { x5u: url }, { jwk }, {}], (member) =>
        refused(target, id, {
          ...good,
          firma_payload: craftSignature(payload, signatureHeader('mia', member), mine.privateKey),
        }),
      );
    },
  },
  {
    clase,
    nombre: 'vencida',
    async run(target) {
      const { id, good } = await fresh(target);
      const now = Date.now() - 17 * MINUTE;
      const firma_payload = await signAsAutorizador(target, target.ana, id, good, { now });
      return refused(target, id, { ...good, firma_payload });
    },
  },
  {
    clase,
    nombre: 'de otra persona',
    async run(target) {
      const { id, good } = await fresh(target);
      const firma_payload = await signAsAutorizador(target, target.beto, id, good);
      return refused(target, id, { ...good, firma_payload });
    },
  },
  {
    clase,
    nombre: 'con el nonce de otra ya usada',
    async run(target) {
      const [first, second] = [await fresh(target), await fresh(target)];
      const jti = randomUUID();
      const sign = async ({ id, good }: { id: number; good: Confirmation }) => ({
        ...good,
        firma_payload: await signAsAutorizador(target, target.ana, id, good, { jti }),
      });
      worked(await confirmar(target, first.id, await sign(first)), 202);
      return refused(target, second.id, await sign(second), [409]);
    },
  },
  {
    clase,
    nombre: 'para otro pedido',
    async run(target) {
      const { id } = await fresh(target);
      return refused(target, id, await target.confirmation(target.ana, id, { pedido_id: 'PED-otro' }), [409]);
    },
  },
  {
    clase,
    nombre: 'pedida en nombre de otro: el usuario es el del token',
    async run(target) {
      const { payload } = await fresh(target);
      const body = { payload: { ...payload, usuario_id: target.beto.id } };
      const { json } = worked(
        await target.call('POST', '/autorizador/sign-data', { as: target.ana, body }),
        200,
      );
      return json.payload.usuario_id === target.ana.id
        ? undefined
        : `firmada para ${json.payload.usuario_id}`;
    },
  },
  {
    clase,
    nombre: 'falsa ante POST /validate-signature',
    async run(target) {
      const { good, payload } = await fresh(target);
      const validate = (firma: string, changes = {}) =>
        target.call('POST', '/autorizador/validate-signature', {
          as: target.ana,
          body: { payload: { ...payload, ...changes }, firma },
        });
      if (worked(await validate(good.firma_payload), 200).json.firma_valida !== true)
        throw new Error('una firma buena no lo es');
      const wrong = await validate(good.firma_payload, { nombre_recibe: 'Otra persona' });
      return wrong.json?.firma_valida === false ? undefined : `se dio por buena: ${wrong.text}`;
    },
  },
  {
    clase,
    nombre: 'falsa por el camino de POST /tareas',
    async run(target) {
      const { id, good } = await fresh(target);
      const confirmacion_info = { ...good, nombre_recibe: 'Otra persona', usuario_id: target.ana.id };
      const body = { tipo: 'procesar_entrega', entrega_id: id, confirmacion_info };
      return unless(await target.call('POST', '/logistica/tareas', { as: target.admin, body }), [403]);
    },
  },
];
