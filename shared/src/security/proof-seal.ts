/** The seal of a proof: a detached JWS of autorizador over the whole document, with a key for nothing else. */
import { FlattenedSign } from 'jose/jws/flattened/sign';
import type { Prueba, PruebaSinSello } from '../contracts/prueba.ts';
import { isoTime } from '../contracts/fields.ts';
import { digestOf, SEAL_ALG, SEAL_TYP, sealedText, summaryOf, utf8 } from '../proof/format.ts';
import type { SigningKey } from './delivery-signature.ts';

/** Adds the summary of its parts, and the seal. A proof does not expire. */
export async function sealProof(
  document: PruebaSinSello & Pick<Prueba, 'personas'>,
  key: SigningKey,
  now: number,
): Promise<Prueba> {
  const dated = { ...document, emitida: isoTime(now) };
  const resumen = await summaryOf(dated);
  const complete = { ...dated, resumen };
  const jws = await new FlattenedSign(utf8(sealedText(complete)))
    .setProtectedHeader({
      alg: SEAL_ALG,
      typ: SEAL_TYP,
      kid: key.kid,
      iat: Math.floor(now / 1000),
      resumen: await digestOf(resumen),
    })
    .sign(key.privateKey);
  return { ...complete, sello: `${jws.protected}..${jws.signature}` };
}
