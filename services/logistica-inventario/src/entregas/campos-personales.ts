import type { CampoPersonal } from '@medisupply/shared/contracts/vocabulary';
import { CAMPOS_PERSONALES } from '@medisupply/shared/contracts/vocabulary';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { fieldAad, isCiphertext } from '@medisupply/shared/security/field-cipher';

type Personal = Record<CampoPersonal, string>;

const each = <T>(of: (campo: CampoPersonal) => T): Record<CampoPersonal, T> =>
  Object.fromEntries(CAMPOS_PERSONALES.map((campo) => [campo, of(campo)])) as Record<CampoPersonal, T>;

/** Bound to the delivery's row, so that the worker copies ciphertext and never needs to open it. */
export const cifrar = (cipher: FieldCipher, entregaId: number, datos: Personal): Personal =>
  each((campo) => cipher.encrypt(datos[campo], fieldAad('entrega', campo, entregaId)));

/** What is not there yet stays null. */
export const descifrar = <R extends Record<CampoPersonal, string | null>>(
  cipher: FieldCipher,
  entregaId: number,
  row: R,
): Pick<R, CampoPersonal> =>
  each((campo) => {
    const value = row[campo];
    return value === null ? null : cipher.decrypt(value, fieldAad('entrega', campo, entregaId));
  }) as Pick<R, CampoPersonal>;

/** A delivery's signature: nobody reads it, but with the public key it tells whether a guessed address is the right one. */
export const cifrarFirma = (cipher: FieldCipher, entregaId: number, firma: string): string =>
  cipher.encrypt(firma, firmaAad(entregaId));

/** One that an older version stored is in clear until it has been sealed. */
export const descifrarFirma = (cipher: FieldCipher, entregaId: number, firma: string): string =>
  isCiphertext(firma) ? cipher.decrypt(firma, firmaAad(entregaId)) : firma;

const firmaAad = (entregaId: number): string => fieldAad('entrega', 'firma', entregaId);
