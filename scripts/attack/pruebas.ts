/** Proofs that nobody sealed, and links that open more than they should. */
import { generateKeyPairSync } from 'node:crypto';
import type { Prueba } from '@medisupply/shared/contracts/prueba';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import type { SigningKey } from '@medisupply/shared/security/delivery-signature';
import { thumbprint } from '@medisupply/shared/security/jwks';
import { sealProof } from '@medisupply/shared/security/proof-seal';
import { SERVICE_KEY_OWNERS, serviceKeyPath } from '@medisupply/shared/security/secret-layout';
import type { Case } from './suite.ts';
import { firstOf, NotTried, unless, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'pruebas';

/** A delivered delivery of Ana's. */
async function delivered(target: Target): Promise<number> {
  const id = await target.newDelivery(target.ana);
  const body = await target.confirmation(target.ana, id);
  const answer = await target.call('POST', `/logistica/entrega/${id}/confirmar`, { as: target.ana, body });
  await target.endOf(worked(answer, 202).json.task_id as string);
  return id;
}

async function proofOf(target: Target, id: number): Promise<Prueba> {
  const answer = await target.call('GET', `/logistica/entrega/${id}/prueba`, { as: target.ana });
  return worked(answer, 200).json as Prueba;
}

async function newLink(
  target: Target,
  id: number,
  body: object = {},
): Promise<{ id: number; token: string }> {
  const answer = await target.call('POST', `/logistica/entrega/${id}/enlaces`, { as: target.ana, body });
  const { json } = worked(answer, 201);
  return { id: json.id as number, token: String(json.url).replace('/s#', '') };
}

const follow = (target: Target, token: string) =>
  target.call('POST', '/logistica/seguimiento', { body: { token } });

/** How a verifier that has the platform's keys was taken in. */
async function believed(target: Target, proof: object): Promise<string | undefined> {
  const jwks = worked(await target.call('GET', '/autorizador/.well-known/jwks.json'), 200).text;
  const claves = clavesOf(jwks);
  if (!claves) throw new Error('el JWKS no tiene claves de pruebas');
  const { veredicto } = await verificarPrueba(JSON.stringify(proof), claves);
  return veredicto === 'autentica' ? 'la prueba falsa pasa por auténtica' : undefined;
}

/** Another address in a genuine proof, sealed anew with that key. */
async function resealed(target: Target, key: SigningKey): Promise<object> {
  const { sello: _, resumen: __, ...proof } = await proofOf(target, await delivered(target));
  return sealProof({ ...proof, datos: { ...proof.datos, direccion: 'Otra calle 1' } }, key, Date.now());
}

/** What logistica sends for a seal, of a genuine proof. */
function unsealed({ formato, entrega, datos, firma, recepcion, items, historial }: Prueba) {
  return { formato, entrega, datos, firma, recepcion, items, historial };
}

export const PROOF_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'control: la prueba de la plataforma es auténtica, y su enlace la da con la palabra',
    async run(target) {
      const id = await delivered(target);
      const proof = await proofOf(target, id);
      if (!(await believed(target, proof))) throw new Error('la prueba auténtica no se reconoce');
      const { token } = await newLink(target, id, { palabra: 'girasol' });
      worked(await follow(target, token), 200);
      const body = { token, palabra: 'girasol' };
      worked(await target.call('POST', '/logistica/seguimiento/prueba', { body }), 200);
      return undefined;
    },
  },
  {
    clase,
    nombre: 'la prueba y los enlaces de la entrega de otra persona',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const own = await newLink(target, id);
      const attempts: [string, string, object?][] = [
        ['GET', `/logistica/entrega/${id}/prueba`],
        ['GET', `/logistica/entrega/${id}/enlaces`],
        ['POST', `/logistica/entrega/${id}/enlaces`, {}],
        ['DELETE', `/logistica/entrega/${id}/enlaces/${own.id}`],
      ];
      return firstOf(attempts, async ([method, path, body]) =>
        unless(
          await target.call(method, path, { as: target.beto, ...(body ? { body } : {}) }),
          [403, 404],
          `${method} ${path}`,
        ),
      );
    },
  },
  {
    clase,
    nombre: 'pedir un sello: como persona por la puerta, y con cualquier otra clave de servicio',
    async run(target) {
      const prueba = unsealed(await proofOf(target, await delivered(target)));
      const through = await firstOf([target.beto, target.admin], async (as) =>
        unless(
          await target.call('POST', '/autorizador/sellar-prueba', {
            as,
            body: { prueba },
            headers: ['i-api-key', target.secret('logistica-inventario/service_key')],
          }),
          [401, 403],
        ),
      );
      const others = SERVICE_KEY_OWNERS.filter(({ scopes }) => !scopes.includes('pruebas'));
      return (
        through ??
        firstOf(others, async (owner) =>
          unless(await seal(target, prueba, target.secret(serviceKeyPath(owner))), [403], owner.id),
        )
      );
    },
  },
  {
    clase,
    nombre: 'un sello sobre lo que nadie firmó, con la clave de logística robada',
    async run(target) {
      const [first, second] = [
        unsealed(await proofOf(target, await delivered(target))),
        unsealed(await proofOf(target, await delivered(target))),
      ];
      const key = target.secret('logistica-inventario/service_key');
      const forged = [
        { ...first, datos: { ...first.datos, direccion: 'Otra calle 1' } },
        { ...first, datos: { ...first.datos, usuario_id: target.beto.id } },
        { ...first, firma: second.firma },
        { ...first, entrega: second.entrega },
        { ...first, recepcion: { ...first.recepcion, recibida: '2020-01-01T00:00:00.000Z' } },
        { ...first, nota: 'cualquier texto' },
        { texto: 'cualquier texto' },
      ];
      return firstOf(forged, async (prueba) =>
        unless(await seal(target, prueba, key), [400, 409], JSON.stringify(prueba).slice(0, 80)),
      );
    },
  },
  {
    clase,
    nombre: 'una prueba alterada y vuelta a sellar: con clave propia, y con la robada de las firmas',
    async run(target) {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const kid = thumbprint(publicKey.export({ format: 'jwk' }));
      return firstOf([{ kid, privateKey }, target.signatureKey()], async (key) =>
        believed(target, await resealed(target, key)),
      );
    },
  },
  {
    clase,
    nombre: 'enlaces inventados, revocados o mal escritos, que no se distinguen',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const link = await newLink(target, id);
      worked(
        await target.call('DELETE', `/logistica/entrega/${id}/enlaces/${link.id}`, { as: target.ana }),
        200,
      );
      const other = await newLink(target, id);
      const turned = `${other.token.slice(0, -1)}${other.token.endsWith('A') ? 'B' : 'A'}`;
      const details = new Set<unknown>();
      const how = await firstOf([link.token, turned, 'A'.repeat(43)], async (token) => {
        const answer = await follow(target, token);
        details.add(answer.json?.detail);
        return unless(answer, [404]);
      });
      return how ?? (details.size === 1 ? undefined : `respuestas distintas: ${[...details].join(' | ')}`);
    },
  },
  {
    clase,
    nombre: 'la palabra de un enlace, adivinada desde muchas direcciones a la vez',
    async run(target) {
      const { token } = await newLink(target, await delivered(target), { palabra: 'girasol' });
      const guess = (palabra: string, from: string) =>
        target.call('POST', '/logistica/seguimiento/prueba', { body: { token, palabra }, from });
      const wrong = Array.from({ length: 8 }, (_, n) => guess(`palabra ${n}`, `127.77.0.${n + 1}`));
      const how = await firstOf(await Promise.all(wrong), async (answer) => unless(answer, [403, 429]));
      return how ?? unless(await guess('girasol', '127.77.0.99'), [403]);
    },
  },
  {
    clase,
    nombre: 'datos personales o el secreto del enlace, en lo que se responde o se registra',
    async run(target) {
      const id = await target.newDelivery(target.ana, { direccion: 'Calle-Del-Enlace-5521' });
      const { token } = await newLink(target, id, { palabra: 'palabra-secreta' });
      const { text } = worked(await follow(target, token), 200);
      if (text.includes('5521') || text.includes('usuario')) return text.slice(0, 200);
      if (target.log.length === 0) throw new NotTried('no se ve el registro de esa plataforma');
      const told = target.log.find((line) => line.includes(token) || line.includes('palabra-secreta'));
      return told?.slice(0, 200);
    },
  },
];

const seal = (target: Target, prueba: object, key: string) =>
  target.wire.send({
    method: 'POST',
    url: `${target.direct('autorizador')}/sellar-prueba`,
    headers: ['content-type', 'application/json', 'i-api-key', key],
    body: JSON.stringify({ prueba }),
  });
