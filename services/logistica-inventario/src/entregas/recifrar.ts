import { setTimeout as delay } from 'node:timers/promises';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { fieldAad, isCiphertext } from '@medisupply/shared/security/field-cipher';
import type { LogisticaTables } from '../tables.ts';
import { cifrarFirma } from './campos-personales.ts';
import type { Cifrada, ValorCifrado } from './recifrar.repository.ts';
import {
  CIFRADAS,
  countCifradasConOtra,
  listCifradasConOtra,
  replaceCifrada,
} from './recifrar.repository.ts';

/** Whoever read a row just before it was encrypted again has opened it by then (ms). */
const QUIET = 2_000;

export interface Recifrado {
  /** Values that no key opens as they are: damaged, or of a key that is lost. They stay as they are. */
  ilegibles: string[];
}

interface Options {
  database: OpenDatabase<LogisticaTables>;
  cipher: FieldCipher;
  /** Rows that are left; called again with what others wrote meanwhile with an old key. */
  onProgress: (pendientes: number) => void;
  /** Deletes the old keys. Called once nothing is left, while nobody can write. */
  deleteOldKeys: (actual: string) => void;
}

/**
 * Encrypts again whatever another key than the current one wrote, and then deletes the others. Everything else goes on
 * meanwhile. What is done is in the rows themselves: broken off, it goes on where it was.
 */
export async function recifrar(options: Options): Promise<Recifrado> {
  const { database, cipher, onProgress, deleteOldKeys } = options;
  for (;;) {
    const { actual } = cipher;
    let quedan = await pendientes(database.read, actual);
    onProgress(quedan);
    const ilegibles: string[] = [];
    for (const cifrada of CIFRADAS)
      await recifrarTabla(options, cifrada, {
        actual,
        ilegibles,
        onDone: (filas) => onProgress((quedan -= filas)),
      });
    if (ilegibles.length > 0) return { ilegibles };
    await delay(QUIET);
    // In one write: whoever writes after it finds a ring without the old keys (they are asked for in transactions).
    const isDone = await database.unitOfWork.write(
      async (tx) => {
        if ((await pendientes(tx, actual)) > 0) return false;
        deleteOldKeys(actual);
        return true;
      },
      { alone: CIFRADAS.map(({ tabla }) => tabla) },
    );
    if (isDone) return { ilegibles: [] };
  }
}

async function pendientes(db: Options['database']['read'], actual: string): Promise<number> {
  let total = 0;
  for (const cifrada of CIFRADAS) total += await countCifradasConOtra(db, cifrada, actual);
  return total;
}

async function recifrarTabla(
  { database, cipher }: Pick<Options, 'database' | 'cipher'>,
  cifrada: Cifrada,
  { actual, ilegibles, onDone }: { actual: string; ilegibles: string[]; onDone: (filas: number) => void },
): Promise<void> {
  let after: string | number | undefined;
  for (;;) {
    const page = await listCifradasConOtra(database.read, cifrada, { actual, after });
    if (page.last === undefined) return;
    after = page.last;
    const started = performance.now();
    const nuevos = page.valores.flatMap((viejo) => {
      const nuevo = recifrarValor(cipher, cifrada, viejo);
      if (nuevo === undefined) ilegibles.push(`${cifrada.tabla} ${viejo.clave}, ${viejo.columna}`);
      return nuevo === undefined ? [] : [{ viejo, nuevo }];
    });
    await database.unitOfWork.write(async (tx) => {
      for (const { viejo, nuevo } of nuevos)
        await replaceCifrada(tx, cifrada, viejo, { valor: nuevo, kid: cipher.kidOf(nuevo) });
    });
    onDone(page.filas);
    // As long as it took: the platform's own writes get their turn.
    await delay(performance.now() - started);
  }
}

function recifrarValor(
  cipher: FieldCipher,
  { lugar }: Cifrada,
  { valor, columna, entrega_id }: ValorCifrado,
): string | undefined {
  // Not sealed yet: `sellado` may be on its way.
  if (columna === 'firma' && !isCiphertext(valor)) return cifrarFirma(cipher, entrega_id, valor);
  const aad = fieldAad(lugar, columna, entrega_id);
  try {
    return cipher.encrypt(cipher.decryptBytes(valor, aad), aad);
  } catch {
    return undefined;
  }
}
