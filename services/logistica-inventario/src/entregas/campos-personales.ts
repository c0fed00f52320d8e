import type { CampoPersonal } from '@medisupply/shared/contracts/vocabulary';
import { CAMPOS_PERSONALES } from '@medisupply/shared/contracts/vocabulary';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { fieldAad, isCiphertext } from '@medisupply/shared/security/field-cipher';

type Personal = Partial<Record<CampoPersonal, string | null>>;

/** Each of the personal fields that a row has; null stays null. */
const each = <R extends Personal>(row: R, of: (value: string, campo: CampoPersonal) => string) =>
  Object.fromEntries(
    CAMPOS_PERSONALES.flatMap((campo) => {
      const value = row[campo];
      return value === undefined ? [] : [[campo, value === null ? null : of(value, campo)]];
    }),
  ) as Pick<R, CampoPersonal & keyof R>;

/** Bound to the delivery's row, so that the worker copies ciphertext and never needs to open it. */
export const cifrar = <R extends Personal>(cipher: FieldCipher, entregaId: number, datos: R) =>
  each(datos, (value, campo) => cipher.encrypt(value, fieldAad('entrega', campo, entregaId)));

/** What is not there yet stays null. */
export const descifrar = <R extends Personal>(cipher: FieldCipher, entregaId: number, row: R) =>
  each(row, (value, campo) => cipher.decrypt(value, fieldAad('entrega', campo, entregaId)));

/** A delivery's signature: nobody reads it, but with the public key it tells whether a guessed address is the right one. */
export const cifrarFirma = (cipher: FieldCipher, entregaId: number, firma: string): string =>
  cipher.encrypt(firma, firmaAad(entregaId));

/** One that an older version stored is in clear until it has been sealed. */
export const descifrarFirma = (cipher: FieldCipher, entregaId: number, firma: string): string =>
  isCiphertext(firma) ? cipher.decrypt(firma, firmaAad(entregaId)) : firma;

const firmaAad = (entregaId: number): string => fieldAad('entrega', 'firma', entregaId);

/** What a courier says of a failed attempt. */
export const cifrarDetalle = (cipher: FieldCipher, entregaId: number, detalle: string): string =>
  cipher.encrypt(detalle, fieldAad('entrega', 'detalle', entregaId));

export const descifrarDetalle = (cipher: FieldCipher, entregaId: number, detalle: string): string =>
  cipher.decrypt(detalle, fieldAad('entrega', 'detalle', entregaId));
