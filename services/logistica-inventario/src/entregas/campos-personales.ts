import type { CampoPersonal } from '@medisupply/shared/contracts/vocabulary';
import { CAMPOS_PERSONALES } from '@medisupply/shared/contracts/vocabulary';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { fieldAad } from '@medisupply/shared/security/field-cipher';

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
